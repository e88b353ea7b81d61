### The words of votes, for fans and for organisers. The script of the fan's page gets those that begin with `js-`.

## The vote, for everybody

poll-heading = Vote
poll-title = { $question } – vote
poll-of-game = To the game
votes-heading = Votes

js-poll-open-vote = Open vote (not verified)
js-poll-ticket-vote = Ticket vote
poll-open-vote-what = One ballot a phone. Nobody checks who holds it.
poll-ticket-vote-what = One ballot for each printed code.

js-poll-draft = Not open yet
js-poll-open = Open
js-poll-closed = Closed
js-poll-revealing = Result coming out
js-poll-revealed = Result
js-poll-withdrawn = Withdrawn

poll-closes-words = Closes at
js-poll-opens-soon = It is not open yet. This page shows when it is.
poll-opens-soon = It is not open yet. Load this page again later.
poll-withdrawn = The organisers took this vote back. Nothing of it counts.
js-poll-now-closed = This vote is closed. The result is not out yet.
js-poll-sealed = Nobody sees the count before the result comes out, the organisers neither.
js-poll-last-minute = The vote closes in one minute: { $last }

poll-kind-single = Choose one.
poll-kind-multiple = { $n ->
    [one] Choose one.
   *[other] Choose up to { $count }.
}
poll-kind-points = Rank { $count }, best first. The points: { $scale }.
poll-kind-rating = From 1 (bad) to { $count } (good).
poll-step-worst = { $step } (bad)
poll-step-best = { $step } (good)
poll-rank = { $n ->
    [one] Place { $place }: { $count } point
   *[other] Place { $place }: { $count } points
}
poll-choose = Choose

poll-code = Code on your ticket
poll-code-hint = 16 letters and digits; spaces and small letters do not matter.
poll-send = Vote
poll-fixed = A vote cannot be changed once it is sent.
poll-changeable = You can change your vote until it closes.

poll-voted = Your vote counts.
poll-receipt = Receipt
poll-receipt-what = Keep it: with it you can find your ballot in the record later. It tells nobody what you chose.
js-poll-chosen = Your choice: { $last }
poll-change = Change my vote
poll-another-code = Vote with another code

## What became of a ballot, on the page and by script

js-poll-waiting = Sending your vote. Please wait.
js-poll-waiting-new = This phone is new here. Your vote is sent by itself in a moment.
js-poll-kept = Your vote is kept on this phone and is sent when the connection is back.
js-poll-counted = Your vote counts.
js-poll-refused = Not counted: { $reason }
js-poll-nothing-chosen = Nothing is chosen yet.
js-poll-chosen-twice = Each place needs another option.
js-poll-code-missing = Enter the code on your ticket.

poll-problem-device-too-new = This phone is new here, so please wait three seconds and press Vote again. Your choice is still there.
poll-problem-device-required = This browser keeps no cookies, and without one an open vote cannot tell phones apart. Allow cookies for this page, or open it in another browser.
poll-problem-device-unknown = This phone's cookie was not given by this box. It has a new one now: please wait three seconds and press Vote again.
poll-problem-too-busy = The box is busy and has not counted your vote. Press Vote again: it counts once, however often it arrives.

poll-not-sent = Vote not sent
poll-not-sent-why = The box does not answer. Your choice is kept on this phone, and counts once however often it is sent.
poll-try-again = Try again
poll-keep = Keep for later

## Result

poll-result = Result
js-poll-turnout = { $n ->
    [one] { $count } ballot
   *[other] { $count } ballots
}
js-poll-votes = { $n ->
    [one] { $count } vote
   *[other] { $count } votes
}
js-poll-points = { $n ->
    [one] { $count } point
   *[other] { $count } points
}
js-poll-percent = { $count } per cent
js-poll-to-come = { $n ->
    [one] { $count } place is still to come out.
   *[other] { $count } places are still to come out.
}
js-poll-mean = Mean: { $count }
poll-multiple-percent = Per cent of those who voted; each could choose several.
poll-refused = { $n ->
    [one] { $count } ballot was refused:
   *[other] { $count } ballots were refused:
}
poll-refused-reason = { $reason }: { $count }
refused-already-voted = the phone had voted
refused-code-used = the code had been used
refused-code-unknown = the code was not printed for this vote
refused-code-required = no code given
refused-poll-closed = it was closed
refused-poll-not-open = it was not open yet
refused-invalid-choice = not a valid choice
refused-device-required = no cookie
refused-device-too-new = the phone was new
refused-device-unknown = the cookie was forged
poll-check = How to check this
poll-check-how = Every ballot is part of the box's record, without a name. Whoever has a copy of the record can count again, with a second program made for that: touchline recount. One ballot changed, and the record no longer holds.
poll-check-receipt = The receipts of all ballots that count are listed, so you can look whether yours is among them:
poll-check-receipts = all receipts
poll-check-record = Mark of the record
poll-tie-shared = Options with the same count share a place.
poll-tie-most_voters = With the same count, the option named by more voters is before.
poll-tie-lot = With the same count, the lot decides; it is drawn when the vote closes and stands in the record.

## Organisers: all votes

votes-title = Votes
votes-none = No votes yet. Make the first one below.
votes-new = New vote
votes-all = All votes
vote-question = Question
vote-kind = How people vote
vote-kind-single = One choice
vote-kind-multiple = Several choices, each counted once
vote-kind-points = A ranking with points: 12, 10, 8, 7 … as at the Eurovision Song Contest
vote-kind-rating = A rating in steps, such as 1 to 5
vote-options = Options, one a line
vote-options-hint = 2 to 50. A rating needs none.
vote-max = At most how many choices
vote-max-hint = For several choices only; empty: as many as they like.
vote-scale = Points of the places, best first
vote-scale-hint = For a ranking only; empty: 12 10 8 7 6 5 4 3 2 1, as many as there are options.
vote-steps = Steps of the rating
vote-steps-hint = For a rating only; empty: 5.
vote-game = Belongs to
vote-venue = the whole venue
vote-access = Who may vote
vote-access-open = Everybody with a phone: one ballot a phone. Whoever clears the browser can vote again, so it is shown as not verified.
vote-access-ticket = Holders of a printed code: exactly one ballot a code. You print the codes next.
vote-secret = When the count is seen
vote-secret-sealed = Sealed: nobody sees it, you neither, until you reveal it.
vote-secret-live = Live: everybody sees it all the time. Late voters may follow the leader.
vote-changeable = May a vote be changed?
vote-changeable-no = No, the first one counts.
vote-changeable-yes = Yes, until it closes.
vote-tie = The same count
vote-tie-shared = They share the place.
vote-tie-most_voters = The one named by more voters is before.
vote-tie-lot = The lot decides, drawn when it closes.
vote-opens = Opens at
vote-opens-hint = Empty: when you open it.
vote-closes = Closes at
vote-closes-hint = Empty: when you close it.
vote-duration = Or closes after so many minutes
vote-duration-hint = Counted from when it opens.
vote-fixed = All this is fixed once the vote is made, so that nobody can doubt it. A mistake? Withdraw it and make another.
vote-when = Opening and closing
vote-make = Make the vote
vote-refused = Not done: { $reason }

## Organisers: one vote

vote-back = All votes
vote-rules = Rules of this vote
vote-done = Done.
vote-pending = Still pending. Reload to see.
vote-unknown = What became of it is not known. If the page does not show it, do it again.
vote-sending = Sending
vote-retrying = No answer yet. Trying again.
vote-changed = The vote has changed meanwhile. Close what you have unfolded to see it.
vote-turnout = Turnout
vote-sealed-here = The count is sealed for you as well.
vote-issued = { $n ->
    [one] { $count } code printed
   *[other] { $count } codes printed
}
js-poll-used = { $n ->
    [one] { $count } used
   *[other] { $count } used
}
vote-next = What comes next
vote-open = Open the vote
vote-open-what = From then on people can vote. A vote is opened once; after closing it cannot be opened again.
vote-open-send = Open it now
vote-open-needs-codes = Print the codes first: without one nobody could vote.
vote-opens-itself = It opens by itself at { $time }.
vote-closes-itself = It closes by itself at { $time }.
vote-close = Close the vote
vote-close-what = From then on no ballot is taken. Turnout and refused ballots are published; the count stays sealed until you reveal it.
vote-close-what-live = From then on no ballot is taken, and the result stands.
vote-close-send = Close it now
vote-reveal-next = Reveal the next place
vote-reveal-next-what = The last place that is not out yet appears on every phone, with all that share it. It cannot be taken back.
vote-reveal-next-send = Reveal it now
vote-reveal-all = Reveal all the rest
vote-reveal-all-what = The whole result appears on every phone at once. It cannot be taken back.
vote-reveal-all-send = Reveal all now
vote-withdraw = Withdraw the vote
vote-withdraw-what = It disappears from every phone for good, and its ballots do not count. The record keeps that there was one. Say why.
vote-withdraw-reason = Reason
vote-withdraw-send = Withdraw it now
vote-over = The result is out. There is nothing more to do.
vote-gone = This vote was withdrawn.
vote-tickets = Tickets
vote-tickets-print = Print tickets
vote-tickets-none-yet = No codes yet.
vote-announce = For the big screen and the programme
vote-announce-what = This code and address lead to the vote.
vote-qr = QR code of { $address }
vote-see = See it as fans do
vote-recount = Anybody with a copy of the record can count again: touchline recount

## Organisers: tickets

tickets-title = Tickets: { $question }
tickets-heading = Tickets
tickets-what = Each code gives one ballot. The box keeps only a fingerprint of each, so the codes are shown once, on the next page: print it or save it before you leave it.
tickets-count = How many
tickets-count-hint = 1 to 1000 at once. Print more at any time before the vote closes.
tickets-address = Address on the tickets
tickets-address-hint = It must open this box on a visitor's phone. Try it on yours.
tickets-make = Make the codes
tickets-once = These codes are shown this one time. Print this page or save the file now; whoever reads them can vote.
tickets-ready = { $n ->
    [one] { $count } ticket
   *[other] { $count } tickets
}
tickets-print-hint = Print with the browser's own command (Ctrl+P): A4, upright, ten tickets a page.
tickets-file = Save as a file (CSV)
tickets-more = Make more
tickets-back = Back to the vote
tickets-card-how = Scan, or open { $address } and enter this code:
tickets-card-once = One ballot. Keep it secret.
tickets-print = Print
tickets-leave = The codes cannot be shown again.
tickets-not-ticket-vote = This is an open vote; it has no tickets.
