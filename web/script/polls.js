// The votes beside a game or a day, from the venue's board: a region that is there while there is one.
import { setText } from "./view.js";

// Those of one game and of the whole venue, or all where no game is given; open ones first, then the newest.
export function votesOf(polls, game) {
  return Object.values(polls ?? {})
    .filter((poll) => game === undefined || poll.game === undefined || poll.game === game)
    .sort((a, b) => (b.state === "open") - (a.state === "open") || b.id - a.id);
}

export function showVotes(polls, game, t) {
  const section = document.getElementById("votes");
  if (!section) return;
  const votes = votesOf(polls, game);
  const list = section.querySelector("ul");
  while (list.children.length > votes.length) list.lastElementChild.remove();
  for (const [index, vote] of votes.entries()) {
    const row = list.children[index] ?? list.appendChild(newRow());
    row.firstElementChild.href = "/polls/" + vote.id;
    setText(row.querySelector("bdi"), vote.question);
    const chip = row.querySelector(".chip");
    chip.dataset.state = vote.state;
    setText(chip, t("poll-" + vote.state));
  }
  section.hidden = votes.length === 0;
}

function newRow() {
  const row = document.createElement("li");
  const link = document.createElement("a");
  const chip = document.createElement("span");
  chip.className = "chip";
  link.append(document.createElement("bdi"), " ", chip);
  row.append(link);
  return row;
}
