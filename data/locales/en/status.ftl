# The words of the status page.
status-title = Status
status-phones = Phones
status-phones-what = Phones following, by the way their browser and network allow. All of them get the same at the same time; those that ask again and again get it a few seconds later.
status-phones-ws = WebSocket
status-phones-sse = Server-sent events
status-phones-longpoll = Long poll
status-phones-poll = Asking every few seconds (about)
status-phones-total = Together
status-phones-channels = Channels open
status-fullness = Places taken
status-game-last = Last entry
status-game-scorer = Primary scorer
status-json = The same as JSON

status-load-held = Connections held
status-load-places = Places
status-load-resyncs = Phones that fell behind and were brought up to date
status-delay-p50-ms = Half of the phones within
status-delay-p99-ms = 99 of 100 phones within
status-delay-deliveries = Deliveries in the last 5 minutes
status-disk-free-bytes = Free
status-disk-total-bytes = Size of the disk
status-disk-database-bytes = The record
status-disk-wal-bytes = Not yet merged into it
status-disk-backup-at = Last backup
status-ledger-waiting = Entries waiting
status-ledger-ballots-waiting = Ballots waiting
status-ledger-commit-p50-us = Half of the writes within
status-ledger-commit-p99-us = 99 of 100 writes within
status-ledger-commits = Writes since the start
status-ledger-failed-at = Last failure
status-ledger-failure = What the disk said
status-clock-now = Time of day on this box
status-clock-trusted-since = Believed since start number
status-clock-moved-ms = Moved since the start by
status-box-started-at = Started
status-box-start = Start number
status-box-memory-bytes = Memory in use
status-box-build = Version

## Words shared with the script

js-level-good = Good
js-level-attention = Attention
js-level-bad = Bad
js-status-overall-good = Everything is well.
js-status-overall-attention = Have a look at:
js-status-overall-bad = Act now:
js-status-load = Load
js-status-load-normal = Everybody is let in and gets everything at once.
js-status-load-filling = More than four fifths of the places are taken. When all are, newcomers are told to ask again every few seconds instead; scores go on.
js-status-load-push-full = All places are taken. Newcomers are told to ask again every few seconds instead; those who are in keep their connection, and scores and desks are served as always.
js-status-delay = From entry to phone
js-status-delay-nothing = In the last 5 minutes nothing was entered, or no phone was there to get it.
js-status-delay-fast = What is entered is on its way to the phones at once.
js-status-delay-slow = Some phones get entries more than a second late. If it lasts, the box or its network is busy.
js-status-delay-late = Some phones get entries more than three seconds late. Look whether the box is too hot, or something else runs on it.
js-status-disk = Disk
js-status-disk-enough = There is room enough.
js-status-disk-low = Less than 1 GB is free. It is enough for today; make room before the next day.
js-status-disk-full = Nearly full: soon nothing can be entered any more. Delete what is not needed, or move old backups away.
js-status-disk-unknown = The system does not tell how much is free.
js-status-disk-no-answer = The disk does not answer. Entries may fail; have a spare card and the last backup at hand.
js-status-ledger = Record
js-status-ledger-fast = Every entry is written to the disk before it is shown.
js-status-ledger-slow = Writing takes more than a quarter of a second at times. The card may be worn; nothing is lost.
js-status-ledger-failed = Some entries could not be stored. Their senders were told so; since then it works again.
js-status-ledger-behind = Entries come faster than the disk can take them. Some will be asked to try again.
js-status-ledger-failing = Entries cannot be stored. Whoever enters is told so. Look at the disk, then start the box again.
js-status-clock = Clock
js-status-clock-trusted = The time of day is right. Game clocks do not depend on it.
js-status-clock-moved = The time of day was set while the box ran. Game clocks were not touched.
js-status-clock-not-trusted = The box does not know the time of day. Game clocks are right all the same; dates in the record are not. Connect it to a network with a time server, or set the clock.
js-status-box = This box
js-status-games = Games being played
js-status-games-unknown = The games did not answer in time.
js-status-games-idle = No game is being played.
js-status-games-well = { $n ->
    [one] { $count } game is being played, and entries come.
   *[other] { $count } games are being played, and entries come.
}
js-status-games-quiet = { $n ->
    [one] In { $count } game the clock runs but nothing has been entered for long. Ask who scores it.
   *[other] In { $count } games the clock runs but nothing has been entered for long. Ask who scores them.
}
js-status-lost = Connection lost. What is shown may be out of date.
js-status-game-quiet = Clock runs, no entry for long
js-status-game-none = Nothing entered yet
js-status-game-nobody = Nobody
js-status-ago-seconds = { $n ->
    [one] { $count } second ago
   *[other] { $count } seconds ago
}
js-status-ago-minutes = { $n ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
js-status-ago-hours = { $n ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
js-status-ago-days = { $n ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
js-unit-ms = { $count } ms
js-unit-s = { $count } s
js-unit-min = { $count } min
js-unit-kb = { $count } kB
js-unit-mb = { $count } MB
js-unit-gb = { $count } GB
