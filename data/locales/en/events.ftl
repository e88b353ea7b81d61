### What happened, in English: said aloud and shown in the timeline.
###
### Order: what, who, minute, score. One idea a sentence; no abbreviations, no signs, no colours as the only cue.
### Every message of an entry is given the same values, empty or 0 where there is nothing:
###   $side  the side's name          $player $other  who, and a second player     $value  a number entered
###   $label the sport file's label   $noun   match, game, bout                     $the    "the goal"
###   $target the label of a corrected entry                                       $the-start  "The goal"
###   $sided yes | no                 $paired yes | no: is there a second player?
###   $has   player-time | player | time | nothing
###   $time  minute | added | clock, with $minute, $added, $clock
###   $scored yes | no: is the score told? with $home $home-score $away $away-score
### Messages are chosen by the sport first: action-football-goal, then action-goal, then action.

## Pieces

score = { $home } { $home-score }, { $away } { $away-score }.

when = { $time ->
    [added] { $added ->
        [one] { $minute } plus { $added } minute
       *[other] { $minute } plus { $added } minutes
    }
    [clock] { $clock } on the clock
   *[minute] { NUMBER($minute, type: "ordinal") ->
        [one] { $minute }st minute
        [two] { $minute }nd minute
        [few] { $minute }rd minute
       *[other] { $minute }th minute
    }
}

# The person, a helper and the minute as a sentence of their own, with the space before it.
detail = { $has ->
    [player-time] {" "}{ $player }, { when }.
    [player] {" "}{ $player }.
    [time] {" "}{ when }.
   *[nothing] {""}
}

detail-assisted = { $paired ->
    [yes] { $has ->
        [player-time] {" "}{ $player }, assisted by { $other }, { when }.
        [player] {" "}{ $player }, assisted by { $other }.
       *[nothing] { detail }
    }
   *[no] { detail }
}

# The side, the person and the minute continuing a sentence, with its full stop.
rest = { $sided ->
    [yes] , { $side }{ rest-who }
   *[no] { rest-who }
}

rest-who = { $has ->
    [player-time] , { $player }, { when }.
    [player] , { $player }.
    [time] , { when }.
   *[nothing] {"."}
}

# The minute as a sentence that opens the line.
opening = { $has ->
    [player-time] { when }.{" "}
    [time] { when }.{" "}
   *[nothing] {""}
}

card = { $has ->
    [player-time] , { $side }, { $player }.
    [player] , { $side }, { $player }.
   *[nothing] , { $side }.
}

standing = { $scored ->
    [yes] {" "}{ score }
   *[no] {""}
}

because = { $reasoned ->
    [yes] {" "}Reason: { $reason }.
   *[no] {""}
}

## Plays

action = { $label }{ rest }{ standing }
action-goal = Goal, { $side }.{ detail-assisted }{ standing }
action-goal-penalty = Goal from a penalty, { $side }.{ detail }{ standing }
action-goal-header = Headed goal, { $side }.{ detail-assisted }{ standing }
action-goal-free_kick = Goal from a free kick, { $side }.{ detail }{ standing }
action-own_goal = { $has ->
    [player-time] Own goal by { $player } of { $side }, { when }.{ standing }
    [player] Own goal by { $player } of { $side }.{ standing }
    [time] Own goal by { $side }, { when }.{ standing }
   *[nothing] Own goal by { $side }.{ standing }
}
action-penalty_awarded = { $has ->
    [player-time] Penalty to { $side }, { when }.
    [time] Penalty to { $side }, { when }.
   *[nothing] Penalty to { $side }.
}
action-penalty_missed = Penalty missed{ rest }
action-penalty_missed-saved = Penalty saved{ rest }
action-yellow = { opening }Yellow card{ card }
action-second_yellow = { opening }Second yellow card{ card }
action-red = { opening }Red card{ card }
action-sin_bin = { opening }Sin bin{ card }
action-substitution = { $paired ->
    [yes] { $has ->
        [player-time] Substitution, { $side }. { $other } on for { $player }, { when }.
       *[player] Substitution, { $side }. { $other } on for { $player }.
    }
   *[no] Substitution{ rest }
}
action-added_time = { $value ->
    [one] At least { $value } minute of added time.
   *[other] At least { $value } minutes of added time.
}

attempt-scored = Scored, { $side }.{ detail } { shootout-standing }
attempt-missed = Missed, { $side }.{ detail } { shootout-standing }
shootout-standing = Shoot-out: { $home } { $home-kicks }, { $away } { $away-kicks }.

# What a further sanction came to; said after the sentence.
escalated = { $has ->
    [player-time] That makes it { $label } for { $player }.
    [player] That makes it { $label } for { $player }.
   *[nothing] That makes it { $label }.
}
escalated-second_yellow = { $has ->
    [player-time] It is the second: { $player } is sent off.
    [player] It is the second: { $player } is sent off.
   *[nothing] It is the second: sent off.
}

# A play that ended it all: the last kick of a shoot-out, the point that reaches the target.
over = { $ended ->
    [shootout] { $winner } win the shoot-out.
   *[normal] The { $noun } is over.
}

## How a correction names what it corrects

the-action = the entry “{ $label }”
the-goal = the goal
the-own_goal = the own goal
the-penalty_missed = the missed penalty
the-yellow = the yellow card
the-second_yellow = the second yellow card
the-red = the red card
the-sin_bin = the sin bin
the-substitution = the substitution
the-penalty_awarded = the penalty
the-shot_on_target = the shot on target
the-shot_off_target = the shot off target
the-shot_blocked = the blocked shot
the-free_kick = the free kick
the-corner = the corner
the-foul = the foul
the-offside = the offside
the-save = the save
the-added_time = the added time
the-attempt = the attempt in the shoot-out

## Corrections

void = { $sided ->
    [yes] Correction: { $the } for { $side } does not count.{ cascade }{ because }{ standing }
   *[no] Correction: { $the } does not count.{ cascade }{ because }{ standing }
}
void-own_goal = Correction: { $the } by { $side } does not count.{ cascade }{ because }{ standing }
void-comment = Correction: a remark was taken back.{ because }
void-segment = Correction: the change of period is taken back. { $now }.{ because }{ standing }
void-state = Correction: the change is taken back. { $now }.{ because }{ standing }
void-review = Correction: the review is taken back.{ because }{ standing }
void-adjust = Correction: the change of score by hand is taken back.{ because }{ standing }

cascade = { $cascaded ->
    [0] {""}
    [one] {" "}{ $cascaded } entry that followed from it is taken back too.
   *[other] {" "}{ $cascaded } entries that followed from it are taken back too.
}

corrected = Correction: { $sentence }
replaced = { $sided ->
    [yes] Correction: instead of { $the } for { $side }: { $sentence }
   *[no] Correction: instead of { $the }: { $sentence }
}
late = Entered late: { $sentence }

adjust = Corrected by hand: { $label } of { $side } now { $value }.{ because }{ standing }
adjust-score = Score corrected by hand.{ because }{ standing }

## Reviews

review-open = { $sided ->
    [yes] { $label }: { $the } for { $side } is being looked at again.
   *[no] { $label }: a decision is being looked at again.
}
review-stands = { $label }: the decision stands.{ standing }
review-overturned = { $sided ->
    [yes] { $label }: decision overturned. { $the-start } for { $side } does not count.{ standing }
   *[no] { $label }: decision overturned.{ standing }
}
review-label = Review

## Periods

segment-play = { $label } begins.{ standing }
segment-interval = { $label }.{ standing }
segment-series = { $label } begins.
segment-end = End of { $label }.{ standing }
segment-end-football-E1 = Half time in extra time.{ standing }
segment-football-1H = Kick-off.
segment-football-HT = Half time.{ standing }
segment-football-2H = The second half begins.{ standing }
segment-football-BET = Extra time will follow.{ standing }
segment-football-E1 = Extra time begins.{ standing }
segment-football-E2 = The second half of extra time begins.{ standing }
segment-football-P = The penalty shoot-out begins.

## States

state-scheduled = The { $noun } is scheduled again.{ because }
state-delayed = The start is delayed.{ because }
state-live = The { $noun } begins.
state-resumed = Play goes on.{ because }{ standing }
state-reopened = Correction: the { $noun } is not over.{ because }{ standing }
state-interval = Break.{ because }{ standing }
state-suspended = Play is suspended.{ because }{ standing }
state-postponed = The { $noun } is postponed.{ because }
state-cancelled = The { $noun } is cancelled.{ because }
state-abandoned = The { $noun } is abandoned.{ because }{ standing }
state-awarded = { $sided ->
    [yes] { $award ->
        [walkover] { $side } win by walk-over.{ because }{ award-score }
        [retired] { $side } win, the other side retired.{ because }{ award-score }
        [default] { $side } win, the other side was disqualified.{ because }{ award-score }
        [forfeit] { $side } win by forfeit.{ because }{ award-score }
       *[awarded] The { $noun } is awarded to { $side }.{ because }{ award-score }
    }
   *[no] The { $noun } is decided off the field.{ because }{ award-score }
}
award-score = { $awarded-score ->
    [yes] {" "}Awarded score: { score }
   *[no] {""}
}
state-final = The { $noun } is over.{ standing }{ final-shootout }
state-football-final = { $ended ->
    [extra_time] Full time after extra time.{ standing }
    [shootout] The shoot-out is over.{ standing }{ final-shootout }
   *[normal] Full time.{ standing }
}
final-shootout = { $ended ->
    [shootout] {" "}{ shootout-standing } { $winner } win on penalties.
   *[normal] {""}
}

## Labels, as shown beside the score

label-state-scheduled = Scheduled
label-state-delayed = Delayed
label-state-live = Live
label-state-interval = Break
label-state-suspended = Suspended
label-state-postponed = Postponed
label-state-cancelled = Cancelled
label-state-abandoned = Abandoned
label-state-awarded = Awarded
label-state-final = Final
label-state-football-final = Full time

label-segment-football-1H = First half
label-segment-football-HT = Half time
label-segment-football-2H = Second half
label-segment-football-BET = Before extra time
label-segment-football-E1 = Extra time, first half
label-segment-football-E2 = Extra time, second half
label-segment-football-P = Penalty shoot-out

result-won = { $kind ->
    [extra_time] { $winner } win after extra time.
    [shootout] { $winner } win the shoot-out.
    [walkover] { $winner } win by walk-over.
    [retired] { $winner } win, the other side retired.
    [default] { $winner } win, the other side was disqualified.
    [forfeit] { $winner } win by forfeit.
    [awarded] Awarded to { $winner }.
   *[normal] { $winner } win.
}
result-draw = A draw.
result-none = No result.

## After an absence, or when more happened at once than can be said

catch-up = { $n ->
    [one] { $n } update while you were away. { score }
   *[other] { $n } updates while you were away. { score }
}
many = { $n ->
    [one] { $n } update. { score }
   *[other] { $n } updates. { score }
}

## Votes

vote-label-open = Open vote (not verified)
vote-label-ticket = Ticket vote
vote-opened = Vote open. { $question } { vote-how }{ vote-access }{ vote-until }
vote-how = { $how ->
    [multiple] { $most ->
        [one] Choose one of { vote-options }
       *[other] Choose up to { $most } of { vote-options }
    }
    [points] Rank { $most }, best first, of { vote-options }
    [rating] Rate it from 1, the worst, to { $most }.
   *[single] Choose one of { vote-options }
}
vote-options = { $few ->
    [no] { $n } options.
   *[yes] { $n ->
        [one] { $n } option: { $options }.
       *[other] { $n } options: { $options }.
    }
}
vote-access = { $access ->
    [ticket] {" "}You need the code of your ticket.
   *[open] {""}
}
vote-until = { $until ->
    [minutes] { $left ->
        [one] {" "}Open for { $left } minute.
       *[other] {" "}Open for { $left } minutes.
    }
    [seconds] { $left ->
        [one] {" "}Open for { $left } second.
       *[other] {" "}Open for { $left } seconds.
    }
   *[hand] {""}
}
vote-turnout = { $turnout ->
    [one] { $turnout } person voted.
   *[other] { $turnout } people voted.
}
vote-closed = Voting is closed. { $question } { vote-turnout }
vote-withdrawn = The vote was withdrawn. { $question }
vote-place = Place { $place }: { $named }, { $unit ->
    [points] { $count ->
        [one] { $count } point.
       *[other] { $count } points.
    }
   *[votes] { $count ->
        [one] { $count } vote.
       *[other] { $count } votes.
    }
}
vote-partly = { $question } { $places }{ vote-lot }
vote-result = Result of the vote. { $question } { $places }{ vote-lot }
vote-lot = { $lot ->
    [yes] {" "}A tie was decided by lot.
   *[no] {""}
}
vote-mean = Result of the vote. { $question } On average { $whole }.{ $hundredths } out of { $most }. { vote-turnout }
vote-nobody = Result of the vote. { $question } Nobody voted.
