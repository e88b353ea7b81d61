### Words of the pages. Sentences about what happens in a game stand in events.ftl.
###
### A message whose id begins with `js-` also goes to the page's script. Such a message may use $n only to
### choose a plural form; what is shown is $count.

## Every page

skip-score = Skip to the score
skip-content = Skip to the content
nav-games = All games
nav-desk = Desk
nav-organiser = Organiser
nav-sign-in = Staff sign-in
nav-sign-out = Sign out
signed-in-as = Signed in as { $name }
footer-build = touchline { $build }

## Words shared with the script

js-state-scheduled = Not started
js-state-delayed = Delayed
js-state-live = Live
js-state-interval = Break
js-state-suspended = Suspended
js-state-postponed = Postponed
js-state-cancelled = Cancelled
js-state-abandoned = Abandoned
js-state-awarded = Awarded
js-state-final = Full time
js-state-withdrawn = Withdrawn

js-state-why = { $last }: { $reason }
js-review = Under review
js-added = { $n ->
    [one] At least { $count } added minute
   *[other] At least { $count } added minutes
}
js-adjusted = Counted by hand

js-chip-static = As of { $time }
js-chip-connecting = Connecting
js-chip-live = Live
js-chip-reconnecting = Reconnecting
js-chip-offline = Offline
js-chip-stopped = Stopped
js-chip-paused = Paused

js-age-entry = Last entry { $age }
js-age-contact = Last contact { $age }

js-score-spoken = { $home } { $h }, { $away } { $a }.
js-title-live = { $home } { $h }–{ $a } { $away }, { $when } – live
js-title = { $home } { $h }–{ $a } { $away } – { $when }
js-title-before = { $home } – { $away }, { $when }
js-minute = { $count } min
js-title-new = ({ $count }) { $last }

js-new = { $n ->
    [one] { $count } new entry
   *[other] { $count } new entries
}
js-earlier = { $n ->
    [one] { $count } earlier update.
   *[other] { $count } earlier updates.
}
js-away = { $n ->
    [one] { $count } update while you were away.
   *[other] { $count } updates while you were away.
}
js-before-that = Before that: { $last }
js-again = Again: { $last }
js-nothing-yet = Nothing has been announced yet.
js-lost = Connection lost. { $last } This may be out of date.
js-back = Connected again.
js-paused = Live updates paused.
js-resumed = Live updates on.
js-stopped = Live updates ended: { $reason }
js-refreshed = Up to date.
js-voided = Withdrawn
js-replaced = Corrected

js-waiting = Waiting
js-accepted = Accepted
js-refused = Refused: { $reason }
js-retrying = No answer yet. Trying again.
js-no-session = Your session has ended. Sign in again in another tab; this entry is kept.
js-send-again = Send again
js-discard = Discard

js-bad-time = A time is written 12:34.
js-bad-minute = A minute is written 67, 45+2 or 66:12.
js-take-back-of = Take back: { $last }

## Games of the day

home-title = Games today
home-heading = Games
home-live = Live now
home-next = Still to come
home-done = Finished
home-none = No games today. When one is announced, it appears here.
home-setup-heading = This box is new
home-setup = Set it up here:
time-open = Time not yet known

## One game

score-heading = Score
commentary-heading = Commentary
commentary-none = Nothing has happened yet. Entries appear here, newest first.
stats-heading = Statistics
stats-of = Statistic
lineups-heading = Players
shootout-heading = Shoot-out
words-alone = The words alone
whole-game = Score, statistics and players
refresh = Refresh
pause = Pause
auto-heading = Refresh by itself:
auto-15 = every 15 seconds
auto-60 = every minute
auto-off = off
new-pill = New entries
settings-heading = Reading aloud
settings-what = For screen readers: what is spoken by itself
say-off = Nothing
say-key = Goals and key events
say-all = All commentary
say-interrupt = Goals may interrupt
say-repeat = Repeat the last announcement
say-score = Say the score now
spoken-label = Spoken commentary

## Desk

desk-title = Desk
desk-none = No games to enter for yet. An organiser adds one.
desk-open = Open the desk for { $home } – { $away }
desk-game-title = Desk: { $home } – { $away }
desk-public = See the public page
desk-clock = Clock
desk-clock-none = This { $noun } has no clock.
clock-start = Start
clock-stop = Stop
clock-set = Set
clock-value = Time on the clock
clock-value-hint = Minutes and seconds, for example 67:30
desk-segment = Periods
segment-start = Start { $label }
segment-end = End { $label }
segment-other = Start another period
segment-choose = Period
segment-begin = Start this period
field-player = Player
field-player-hint = number
field-other = Second player
field-minute = Minute
field-minute-hint = now
group-score = Score
group-play = Play
group-discipline = Discipline
group-course = Course of the game
kick-scored = { $label }: scored
kick-missed = { $label }: missed
group-other = More
desk-comment = Commentary line
field-text = Text
field-urgent = Read out at once (safety)
comment-send = Publish
desk-state = State of the { $noun }
field-to = New state
field-reason = Reason
state-send = Change the state
desk-entries = Entries
entries-none = No entries yet.
mine-heading = Your last entries
take-back = Take back
take-back-send = Take it back
desk-replace = Correct an entry
field-seq = Entry
field-action = What it really was
field-side = Side
replace-send = Replace
field-award = If awarded, to
award-nobody = nobody
desk-review = Review
review-any = play in general
review-open = Under review
review-stands = The decision stands
review-overturned = Overturned
state-now = Now: { $state }
resume-question = The box was without power for { $gap } while the clock ran.
resume-unknown = The box was without power while the clock ran, nobody knows how long. Compare with the clock at the field.
resume-subtract = Take { $gap } off: { $value }
resume-keep = Keep { $value }
outcome-accepted = Accepted.
outcome-accepted-seq = Accepted as entry { $seq }.
outcome-pending = Still pending. It will appear in the list; reload to see.
outcome-rejected = Refused: { $reason }
outcome-unknown = The outcome of this entry is not known. If it is not in the list, enter it again.

## Organiser

organiser-title = Organiser
organiser-new = New game
field-sport = Sport
field-home = First side
field-away = Second side
field-starts = Starts at
field-starts-hint = Leave empty when not yet known
field-venue = Place
params-heading = Rules of this game
params-hint = Only when they differ from the usual
new-send = Create the game
organiser-games = All games
organiser-none = No games yet. Create the first one above.
organiser-created = Created: { $home } – { $away }.
organiser-refused = Not created: { $reason }
param-default = usual: { $value }
yes = yes
no = no

## Problems

problem-title = This did not work
