# The words of the organiser's pages: the day plan, teams, the venue.
organiser-nav = Organiser's pages
organiser-nav-plan = Day plan
organiser-nav-teams = Teams
organiser-nav-votes = Votes
organiser-nav-people = People
organiser-nav-status = Status
organiser-nav-record = Record
organiser-nav-venue = Venue
organiser-refused-why = Not done: { $reason }

## The day plan

plan-title = Day plan
plan-game-names = { $home } – { $away }
plan-today = today
plan-day-before = The day before
plan-day-after = The day after
plan-choose-day = Another day
plan-go = Show
plan-days = Days with games
plan-count = { $n ->
    [one] { $count } game
   *[other] { $count } games
}
plan-clashes = { $n ->
    [one] { $count } game overlaps with another
   *[other] { $count } games overlap with another
}
plan-zone = Times by the clock at the venue, { $zone }
plan-table = The plan of { $day }, by time and pitch
plan-time = Time
plan-pitch = Pitch
plan-no-pitch = No pitch yet
plan-until = until { $time }
plan-empty = No games on { $day } yet.
plan-empty-what = Enter the first one below, or bring the whole day from a spreadsheet.
plan-untimed = Without a time
plan-import = Import from a spreadsheet
plan-csv = Download as a table (CSV)
plan-copy-day = Copy to another day
plan-whole = The whole day
plan-late = Running late?
plan-late-what = Move the rest of a pitch. You see every new time before anything changes.
plan-team-hint = A team of the library brings its squad and colour
plan-date = Day
plan-time-of = Begins at ({ $zone })
plan-title-of = Competition, round or group
plan-title-hint = Shown above the names
plan-move-earlier = Earlier: { $home } – { $away } changes times with the game before it on this pitch
plan-move-later = Later: { $home } – { $away } changes times with the game after it on this pitch
plan-was-created = The game is in the plan.
plan-was-withdraw = Withdrawn. It is off every page; the record keeps it.
plan-was-swapped = The two games have changed times.
plan-was-shifted = The games have their new times.
plan-was-copied = The games are in the plan.
plan-back = Back to the plan of the day
clash-pitch = Overlaps on this pitch with { $time }
clash-team = { $team } also plays at { $time }:
plan-shift-title = Move the rest of a pitch
plan-shift-from = From this game on
plan-shift-by = Later by how many minutes
plan-shift-hint = With a minus, earlier: -10
plan-shift-none = No game on this pitch waits to begin, so there is nothing to move.
plan-shift-will = { $n ->
    [one] { $count } game gets a new time
   *[other] { $count } games get a new time
}
plan-shift-send = Move them
plan-preview = Show what would change
plan-becomes = becomes
plan-copy-title = Copy a day
plan-copy-to = To this day
plan-copy-none = There is no game on this day to copy.
plan-copy-will = { $n ->
    [one] { $count } game is made on { $day }
   *[other] { $count } games are made on { $day }
}
plan-copy-send = Copy them

## One game of the plan

act-state = State
act-when = Begins
act-change = Teams, time and pitch
act-change-send = Save the changes
act-params-fixed = The rules of this game are fixed, because play has begun.
act-squad = Squads of this game
act-squad-what = Only this game changes; the library of teams stays as it is.
act-squad-send = Save the squads
squad-hint = One player a line: 9 Diaz. Or number, name, said as: 9, Diaz, DEE-az
act-heading = What else can be done
act-winner = To whom
act-kind = Why
act-score = By which score
act-score-hint = Leave empty to keep the score that was played.
act-forfeit = By the rules of this sport a forfeit is { $one }–{ $other }.
act-reason-hint = Everybody sees it
act-reason-staff = For the record
award-walkover = Walkover: the other side did not come
award-forfeit = Forfeit
award-default = Default
award-retired = The other side retired
award-awarded = Decided by the organiser
act-delay = Begins later
act-what-delay = Everybody sees at once that it is delayed, with the reason and the new time.
act-send-delay = Delay it
act-postpone = Postpone
act-what-postpone = It is not played now. It stays on the pages as postponed, with your reason, until you put it back on the plan or cancel it.
act-send-postpone = Postpone it
act-plan = Put it back on the plan
act-what-plan = It is to be played after all, at the time given here.
act-send-plan = Put it back
act-cancel = Cancel
act-what-cancel = It will not be played. It stays on the pages as cancelled. Later it can only be awarded.
act-send-cancel = Cancel it
act-abandon = Abandon
act-what-abandon = It is broken off. The score stands as played and nobody has won; later it can be awarded. Phones announce it at once.
act-send-abandon = Abandon it
act-award = Award it to a side
act-what-award = It is decided off the field. The score given here counts; what was played stays beside it. This cannot be changed afterwards except by correcting the entry at the desk.
act-send-award = Award it
act-copy = Copy
act-what-copy = A new game of the same teams, squads and rules, at another time or place.
act-send-copy = Copy it
act-withdraw = Withdraw
act-what-withdraw = For what was entered by mistake: it vanishes from every page, and nothing can be entered for it any more. The record keeps it.
act-send-withdraw = Withdraw it
act-was-change = The changes are saved.
act-was-squad = The squads are saved.
act-was-delay = It is delayed.
act-was-postpone = It is postponed.
act-was-plan = It is back on the plan.
act-was-cancel = It is cancelled.
act-was-abandon = It is abandoned.
act-was-award = It is awarded.
act-was-copy = This is the copy.
act-was-withdraw = It is withdrawn.

## Import

import-title = Import from a spreadsheet
import-heading = The table
import-again = Another table
import-file = A file (CSV)
import-text = Or paste the rows here
import-text-hint = The first line names the columns. Rows copied from a spreadsheet can be pasted as they are.
import-day = Day
import-day-hint = For rows without a date
import-sport = Sport, where the table names none
import-show = Show what would be imported
import-columns = The columns
import-columns-what = home and away must be there, in any order with the others; at most { $count } games a file. Comma, semicolon or tab between them.
import-column-home = The first team. A team of the library brings its squad
import-column-away = The second team
import-column-date = 2026-11-22 or 22.11.2026
import-column-time = 14:30
import-column-pitch = As the venue calls it
import-column-sport = The id of the sport
import-column-title = Competition, round or group
import-twice = The same file imported again makes no doubles: games that are there already are left as they are.
import-sample = Download a sample
import-preview = This is what would be imported
import-done = The import
import-would = { $n ->
    [one] { $count } new game.
   *[other] { $count } new games.
}
import-made = { $n ->
    [one] { $count } game was made.
   *[other] { $count } games were made.
}
import-present = { $n ->
    [one] { $count } is there already.
   *[other] { $count } are there already.
}
import-bad = { $n ->
    [one] { $count } line is wrong.
   *[other] { $count } lines are wrong.
}
import-rejected = { $n ->
    [one] { $count } was refused.
   *[other] { $count } were refused.
}
import-without-bad = { $n ->
    [one] The wrong line is left out. Mend it and import the table again later; nothing is made twice.
   *[other] The wrong lines are left out. Mend them and import the table again later; nothing is made twice.
}
import-confirm = { $n ->
    [one] Import { $count } game
   *[other] Import { $count } games
}
import-nothing = There is nothing new to import. Nothing was stored.
import-making = Importing
import-progress = Importing
import-see = See the plan
import-rows = The rows of the table
import-line = Line
import-what = What happens
import-game = Game
import-squads = Squads of { $one } and { $other }
import-is-would-be-created = New
import-is-created = Made
import-is-present = Already there
import-is-invalid = Wrong
import-is-rejected = Refused

## Teams

teams-title = Teams
teams-none = No teams yet.
teams-none-what = A team entered once brings its colour and squad into every game. Games can also be made with names alone.
teams-count = { $n ->
    [one] { $count } team
   *[other] { $count } teams
}
team-players = { $n ->
    [0] no squad
    [one] { $count } player
   *[other] { $count } players
}
team-new = New team
team-add = Add the team
team-name = Name
team-short = Short name
team-short-hint = For narrow places: RED
team-colour = Colour
team-colour-hint = A stripe beside the name; the name itself is never coloured.
team-own-colour = Another colour
team-own-colour-hint = Written like #b3151b
team-faint-light = This colour is hard to see on light pages. The name is always there beside it.
team-faint-dark = This colour is hard to see on dark pages. The name is always there beside it.
team-squad = Squad
team-copied = Games made before keep the squad they copied.
team-back = All teams
team-remove = Remove this team
team-remove-what = It is taken out of the library. Games made from it keep their names and squads.
team-remove-send = Remove it
team-was-added = The team is added.
team-was-changed = The team is saved.
team-was-removed = The team is removed.
colour-none = No colour
colour-red = Red
colour-orange = Orange
colour-yellow = Yellow
colour-green = Green
colour-sky = Light blue
colour-blue = Blue
colour-navy = Dark blue
colour-purple = Purple
colour-pink = Pink
colour-black = Black
colour-grey = Grey
colour-white = White

## The venue

venue-title = Venue
venue-heading = This venue
venue-name = Name
venue-name-hint = Stands at the top of the day
venue-pitches = Pitches, courts or tables
venue-pitches-hint = One a line, in the order of the plan
venue-languages = Languages
venue-languages-hint = Phones get the first without asking, from the next start of the box. Of the others, ?lang=de at the end of an address asks for German.
venue-language = First language
venue-was-changed = The venue is saved.
language-en = English
language-de = German

## For the script

js-form-waiting = Waiting
js-form-retrying = No answer yet. Trying again.
js-form-refused = Not done: { $reason }
js-form-signed-out = Your session has ended. Sign in again in another tab, then send this again; what you typed is kept.
js-form-progress = { $count } of { $last }
js-import-made = Made
js-import-present = Already there
js-import-refused = Refused: { $reason }
js-import-sum = { $n ->
    [one] { $count } game was made.
   *[other] { $count } games were made.
}
js-import-stopped = The box does not answer. What was made stays; send it again to go on, nothing is made twice.
