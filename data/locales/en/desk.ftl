# The words of the desk.

## One's own entries

js-waiting-count = { $n ->
    [one] { $count } waiting
   *[other] { $count } waiting
}
js-needs-check = Needs check: { $reason }
js-someone-changed = Somebody changed this meanwhile. { $reason }
js-not-mine = Entered on this phone by { $last }, who is not signed in here now.
js-send-all-again = Send all again
js-kept = Kept on this phone; it is sent when the box answers.
js-not-kept = This browser keeps nothing: leave this page open until all is accepted.
js-other-tab = Another tab of this browser is sending.

## Under the thumb

pad-heading = New entry
pad-more = More
desk-course = Course of the game
desk-more = Corrections and course
js-which-player = { $last }: which player?
js-which-other = { $last }: { $reason }?
js-no-player = No player
js-cancel = Cancel
js-typed-number = Number or name
js-enter = Enter
js-tags-heading = How
undo-heading = Undo
js-undo = Undo
js-edit = Edit
js-undone = Taken back: { $last }
js-confirm = Confirm { $last }
clock-start-long = Start clock
clock-stop-long = Stop clock
clock-less = −1 second
clock-more = +1 second
review-open-long = Score under review

## Commentary

phrases-heading = Quick phrases
js-phrase-ready = In the box: { $last }

## Entries and their corrections

outcome-change = Change or take back
entry-edit = Edit
entry-withdraw = Withdraw
entry-heading = Entry
entry-title = Entry { $seq }
entry-by = Entered by { $name }
entry-gone = This entry was corrected already.
withdraw-now = Withdraw it now
panel-close = Leave it as it is
field-tags = Detail
tags-none = none
field-counter = What is counted
field-number = Number
back-to-desk = Back to the desk
preview-heading = What would change
preview-show = Show what would change
preview-confirm = Do it
preview-back = No, leave it
preview-same = The score stays { $score }.
preview-score = Score { $before } → { $after }
preview-gone = No longer counts:
preview-added = Then stands:
js-preview-same = The score stays { $last }.
js-preview-score = Score { $h } → { $a }
js-preview-gone = No longer counts:
js-preview-added = Then stands: { $last }
js-preview-refused = It would be refused: { $reason }
js-preview-none = Without a connection nobody can tell what would change. It can be sent all the same.
js-preview-wait = Looking what would change…
js-theirs = Changed by { $last }: { $reason }
js-theirs-gone = Withdrawn by { $last }.
js-use-theirs = Use theirs
js-keep-mine = Keep mine
js-somebody = somebody else
desk-insert = Add what was forgotten
insert-after = Right after
insert-send = Add it there
desk-adjust = Set a count by hand
adjust-hint = The last resort, when entries cannot tell how it came. Everybody sees that it was counted by hand.
adjust-send = Set it
desk-join = Join in the middle
join-hint = This { $noun } has begun without the box: choose the period that is on, its clock, and how it stands. Everybody sees that it was counted by hand.
join-send = Go on from here

## Who keeps the score

desk-scorer = Who keeps the score
js-scorer-none = Nobody has claimed the score
js-scorer-me = You keep the score
js-scorer-other = { $last } keeps the score
scorer-hint = One person keeps the score of a game; all others write words. Entries of others are refused while somebody keeps it.
scorer-claim = I keep the score
scorer-release = Let go of the score
scorer-hand-over = Hand over
scorer-to = To
scorer-write = Write words
scorer-take-over = Take over the score
js-scorer-taken = { $last } has taken over the score. You can go on writing words.
js-scorer-given = You keep the score now.
js-scorer-lost = The score buttons are off: { $last } keeps the score.
taken-understood = Understood

## Keyboard

keys-heading = Keyboard shortcuts
keys-switch = Use single keys as shortcuts
keys-hint = Off unless you switch them on here. They never work while you type in a field.
js-key-side = { $last } next
js-key-clock = Start or stop the clock
js-key-undo = Undo
js-key-words = To the commentary line
js-key-list = This list
js-key-escape = Close what is open
js-key-side-first = Press { $h } or { $a } first: which side?

## Signing in again

session-heading = Your session has ended
session-why = Sign in again. What you wrote and what waits to be sent is kept on this page.
session-later = Later
js-session-wrong = Name or password is wrong.
js-session-wait = Too many tries. Wait a moment and try again.
js-session-offline = The box does not answer. Try again.
js-session-back = Signed in again. What waited is being sent.
js-session-ended = Your session has ended.
