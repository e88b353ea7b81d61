### Was geschah, auf Deutsch: gesprochen und in der Zeitleiste. Werte und Wahl der Nachrichten wie in en/events.ftl;
### was hier fehlt, wird englisch gesagt. Von keiner Muttersprachlerin gegengelesen.

## Bausteine

score = { $home } { $home-score }, { $away } { $away-score }.

when = { $time ->
    [added] { $minute } plus { $added } Minuten
    [clock] { $clock } auf der Uhr
   *[minute] { $minute }. Minute
}

detail = { $has ->
    [player-time] {" "}{ $player }, { when }.
    [player] {" "}{ $player }.
    [time] {" "}{ when }.
   *[nothing] {""}
}

detail-assisted = { $paired ->
    [yes] { $has ->
        [player-time] {" "}{ $player }, Vorlage { $other }, { when }.
        [player] {" "}{ $player }, Vorlage { $other }.
       *[nothing] { detail }
    }
   *[no] { detail }
}

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
    [yes] {" "}Grund: { $reason }.
   *[no] {""}
}

## Spielzüge

action = { $label }{ rest }{ standing }
action-goal = Tor für { $side }.{ detail-assisted }{ standing }
action-goal-penalty = Tor durch Strafstoß für { $side }.{ detail }{ standing }
action-goal-header = Kopfballtor für { $side }.{ detail-assisted }{ standing }
action-goal-free_kick = Freistoßtor für { $side }.{ detail }{ standing }
action-own_goal = { $has ->
    [player-time] Eigentor von { $player }, { $side }, { when }.{ standing }
    [player] Eigentor von { $player }, { $side }.{ standing }
    [time] Eigentor von { $side }, { when }.{ standing }
   *[nothing] Eigentor von { $side }.{ standing }
}
action-penalty_awarded = { $has ->
    [player-time] Strafstoß für { $side }, { when }.
    [time] Strafstoß für { $side }, { when }.
   *[nothing] Strafstoß für { $side }.
}
action-penalty_missed = Strafstoß vergeben{ rest }
action-penalty_missed-saved = Strafstoß gehalten{ rest }
action-shot_on_target = Schuss aufs Tor{ rest }
action-shot_off_target = Schuss neben das Tor{ rest }
action-shot_blocked = Schuss geblockt{ rest }
action-free_kick = Freistoß{ rest }
action-corner = Eckstoß{ rest }
action-foul = Foul{ rest }
action-offside = Abseits{ rest }
action-save = Parade{ rest }
action-yellow = { opening }Gelbe Karte{ card }
action-second_yellow = { opening }Gelb-Rote Karte{ card }
action-red = { opening }Rote Karte{ card }
action-sin_bin = { opening }Zeitstrafe{ card }
action-substitution = { $paired ->
    [yes] { $has ->
        [player-time] Wechsel bei { $side }. { $other } für { $player }, { when }.
       *[player] Wechsel bei { $side }. { $other } für { $player }.
    }
   *[no] Wechsel{ rest }
}
action-added_time = { $value ->
    [one] Mindestens { $value } Minute Nachspielzeit.
   *[other] Mindestens { $value } Minuten Nachspielzeit.
}

attempt-scored = Getroffen, { $side }.{ detail } { shootout-standing }
attempt-missed = Vergeben, { $side }.{ detail } { shootout-standing }
shootout-standing = Elfmeterschießen: { $home } { $home-kicks }, { $away } { $away-kicks }.

escalated = Folge: { $label }.
escalated-second_yellow = { $has ->
    [player-time] Es ist die zweite: Platzverweis für { $player }.
    [player] Es ist die zweite: Platzverweis für { $player }.
   *[nothing] Es ist die zweite: Platzverweis.
}

over = { $ended ->
    [shootout] { $winner } gewinnt das Elfmeterschießen.
   *[normal] Die Begegnung ist zu Ende.
}

## Wie eine Berichtigung nennt, was sie berichtigt

the-action = der Eintrag „{ $label }“
the-goal = das Tor
the-own_goal = das Eigentor
the-penalty_missed = der vergebene Strafstoß
the-yellow = die Gelbe Karte
the-second_yellow = die Gelb-Rote Karte
the-red = die Rote Karte
the-sin_bin = die Zeitstrafe
the-substitution = der Wechsel
the-penalty_awarded = der Strafstoß
the-shot_on_target = der Schuss aufs Tor
the-shot_off_target = der Schuss neben das Tor
the-shot_blocked = der geblockte Schuss
the-free_kick = der Freistoß
the-corner = der Eckstoß
the-foul = das Foul
the-offside = das Abseits
the-save = die Parade
the-added_time = die Nachspielzeit
the-attempt = der Versuch im Elfmeterschießen

## Berichtigungen

void = { $sided ->
    [yes] Berichtigung: { $the } für { $side } zählt nicht.{ cascade }{ because }{ standing }
   *[no] Berichtigung: { $the } zählt nicht.{ cascade }{ because }{ standing }
}
void-own_goal = Berichtigung: { $the } von { $side } zählt nicht.{ cascade }{ because }{ standing }
void-comment = Berichtigung: Eine Bemerkung wurde zurückgenommen.{ because }
void-segment = Berichtigung: Der Wechsel des Spielabschnitts ist zurückgenommen. { $now }.{ because }{ standing }
void-state = Berichtigung: Die Änderung ist zurückgenommen. { $now }.{ because }{ standing }
void-review = Berichtigung: Die Überprüfung ist zurückgenommen.{ because }{ standing }
void-adjust = Berichtigung: Die Änderung des Spielstands von Hand ist zurückgenommen.{ because }{ standing }

cascade = { $cascaded ->
    [0] {""}
    [one] {" "}Auch { $cascaded } Eintrag, der daraus folgte, ist zurückgenommen.
   *[other] {" "}Auch { $cascaded } Einträge, die daraus folgten, sind zurückgenommen.
}

corrected = Berichtigung: { $sentence }
replaced = { $sided ->
    [yes] Berichtigung, statt { $target } für { $side }: { $sentence }
   *[no] Berichtigung, statt { $target }: { $sentence }
}
late = Nachgetragen: { $sentence }

adjust = Von Hand berichtigt: { $label } von { $side } jetzt { $value }.{ because }{ standing }
adjust-score = Spielstand von Hand berichtigt.{ because }{ standing }

## Überprüfungen

review-open = { $sided ->
    [yes] { $label }: { $the } für { $side } wird überprüft.
   *[no] { $label }: Eine Entscheidung wird überprüft.
}
review-stands = { $label }: Die Entscheidung bleibt.{ standing }
review-overturned = { $sided ->
    [yes] { $label }: Entscheidung aufgehoben. { $the-start } für { $side } zählt nicht.{ standing }
   *[no] { $label }: Entscheidung aufgehoben.{ standing }
}
review-label = Überprüfung

## Abschnitte

segment-play = { $label } beginnt.{ standing }
segment-interval = { $label }.{ standing }
segment-series = { $label } beginnt.
segment-end = Ende: { $label }.{ standing }
segment-end-football-E1 = Halbzeit der Verlängerung.{ standing }
segment-football-1H = Anstoß.
segment-football-HT = Halbzeit.{ standing }
segment-football-2H = Die zweite Halbzeit beginnt.{ standing }
segment-football-BET = Es gibt Verlängerung.{ standing }
segment-football-E1 = Die Verlängerung beginnt.{ standing }
segment-football-E2 = Die zweite Hälfte der Verlängerung beginnt.{ standing }
segment-football-P = Das Elfmeterschießen beginnt.

## Zustände

state-scheduled = Die Begegnung ist neu angesetzt.{ because }
state-delayed = Der Beginn verzögert sich.{ because }
state-live = Die Begegnung beginnt.
state-resumed = Es geht weiter.{ because }{ standing }
state-reopened = Berichtigung: Die Begegnung ist nicht zu Ende.{ because }{ standing }
state-interval = Pause.{ because }{ standing }
state-suspended = Die Begegnung ist unterbrochen.{ because }{ standing }
state-postponed = Die Begegnung ist verlegt.{ because }
state-cancelled = Die Begegnung fällt aus.{ because }
state-abandoned = Die Begegnung ist abgebrochen.{ because }{ standing }
state-awarded = { $sided ->
    [yes] { $award ->
        [walkover] { $side } gewinnt kampflos.{ because }{ award-score }
        [retired] { $side } gewinnt durch Aufgabe.{ because }{ award-score }
        [default] { $side } gewinnt durch Disqualifikation.{ because }{ award-score }
       *[awarded] Die Begegnung wird für { $side } gewertet.{ because }{ award-score }
    }
   *[no] Die Begegnung wird am grünen Tisch entschieden.{ because }{ award-score }
}
award-score = { $awarded-score ->
    [yes] {" "}Wertung: { score }
   *[no] {""}
}
state-final = Die Begegnung ist zu Ende.{ standing }{ final-shootout }
state-football-final = { $ended ->
    [extra_time] Schluss nach Verlängerung.{ standing }
    [shootout] Das Elfmeterschießen ist entschieden.{ standing }{ final-shootout }
   *[normal] Schlusspfiff.{ standing }
}
final-shootout = { $ended ->
    [shootout] {" "}{ shootout-standing } { $winner } gewinnt im Elfmeterschießen.
   *[normal] {""}
}

## Beschriftungen neben dem Spielstand

label-state-scheduled = Angesetzt
label-state-delayed = Verzögert
label-state-live = Live
label-state-interval = Pause
label-state-suspended = Unterbrochen
label-state-postponed = Verlegt
label-state-cancelled = Abgesagt
label-state-abandoned = Abgebrochen
label-state-awarded = Gewertet
label-state-final = Beendet
label-state-football-final = Schluss

label-segment-football-1H = Erste Halbzeit
label-segment-football-HT = Halbzeit
label-segment-football-2H = Zweite Halbzeit
label-segment-football-BET = Vor der Verlängerung
label-segment-football-E1 = Verlängerung, erste Hälfte
label-segment-football-E2 = Verlängerung, zweite Hälfte
label-segment-football-P = Elfmeterschießen

result-won = { $kind ->
    [extra_time] { $winner } gewinnt nach Verlängerung.
    [shootout] { $winner } gewinnt das Elfmeterschießen.
    [walkover] { $winner } gewinnt kampflos.
    [retired] { $winner } gewinnt durch Aufgabe.
    [default] { $winner } gewinnt durch Disqualifikation.
    [forfeit] { $winner } gewinnt, die andere Seite verzichtet.
    [awarded] Für { $winner } gewertet.
   *[normal] { $winner } gewinnt.
}
result-draw = Unentschieden.
result-none = Keine Wertung.

## Nach einer Abwesenheit, oder wenn mehr geschah, als gesagt werden kann

catch-up = { $n ->
    [one] { $n } Neuigkeit inzwischen. { score }
   *[other] { $n } Neuigkeiten inzwischen. { score }
}
many = { $n ->
    [one] { $n } Neuigkeit. { score }
   *[other] { $n } Neuigkeiten. { score }
}

## Abstimmungen

vote-label-open = Offene Abstimmung (nicht geprüft)
vote-label-ticket = Abstimmung mit Karte
vote-opened = Abstimmung offen. { $question } { vote-how }{ vote-access }{ vote-until }
vote-how = { $how ->
    [multiple] { $most ->
        [one] Eine Wahl aus { vote-options }
       *[other] Bis zu { $most } aus { vote-options }
    }
    [points] { $most } in Reihenfolge, die beste zuerst, aus { vote-options }
    [rating] Von 1, am schlechtesten, bis { $most }.
   *[single] Eine Wahl aus { vote-options }
}
vote-options = { $few ->
    [no] { $n } Möglichkeiten.
   *[yes] { $n ->
        [one] { $n } Möglichkeit: { $options }.
       *[other] { $n } Möglichkeiten: { $options }.
    }
}
vote-access = { $access ->
    [ticket] {" "}Dazu braucht es den Code der Karte.
   *[open] {""}
}
vote-until = { $until ->
    [minutes] { $left ->
        [one] {" "}Noch { $left } Minute.
       *[other] {" "}Noch { $left } Minuten.
    }
    [seconds] { $left ->
        [one] {" "}Noch { $left } Sekunde.
       *[other] {" "}Noch { $left } Sekunden.
    }
   *[hand] {""}
}
vote-turnout = { $turnout ->
    [one] { $turnout } Stimme wurde abgegeben.
   *[other] { $turnout } Stimmen wurden abgegeben.
}
vote-closed = Die Abstimmung ist geschlossen. { $question } { vote-turnout }
vote-withdrawn = Die Abstimmung wurde zurückgezogen. { $question }
vote-place = Platz { $place }: { $named }, { $unit ->
    [points] { $count ->
        [one] { $count } Punkt.
       *[other] { $count } Punkte.
    }
   *[votes] { $count ->
        [one] { $count } Stimme.
       *[other] { $count } Stimmen.
    }
}
vote-partly = { $question } { $places }{ vote-lot }
vote-result = Ergebnis der Abstimmung. { $question } { $places }{ vote-lot }
vote-lot = { $lot ->
    [yes] {" "}Ein Gleichstand wurde ausgelost.
   *[no] {""}
}
vote-mean = Ergebnis der Abstimmung. { $question } Im Mittel { $whole },{ $hundredths } von { $most }. { vote-turnout }
vote-nobody = Ergebnis der Abstimmung. { $question } Niemand hat abgestimmt.
