# The words of the pages about people: login, links, roles, the record of who did what.

## Signing in

login-title = Staff sign-in
login-intro = For commentators and organisers. Watching needs no account.
login-hint = You have a card with a code? Scan it with the camera of your phone instead.
login-button = Sign in
field-name = Name
field-password = Passphrase
field-password-new = Passphrase (at least { $count } characters)
field-password-again = The same passphrase again
link-title = Sign in with your card
link-intro = This card signs in
link-button = Sign in
link-hint = The card works once, for the browser in which you press the button. Press it on the phone or tablet you are going to use.

## Set-up

setup-title = Set up this box
setup-intro = Three questions about the venue, then you: the first organiser. Everything can be changed later. This link works once.
setup-venue = The venue
field-venue-name = Name of the venue
field-venue-name-hint = It stands at the top of every phone. Leave it empty if there is none.
field-pitches = Pitches, courts or tables, one a line
field-pitches-hint = For example: Main pitch, Court 2. Games are planned on them.
field-languages = Languages spoken to the fans
setup-you = You, the organiser
setup-name-hint = The name you will sign in with. It also stands in the record of who did what.
setup-button = Set up and sign in
recovery-title = A new passphrase
recovery-intro = Somebody with the box's memory card asked for this by a file in its data folder. The link works once, for an hour.
recovery-who = Who are you?
recovery-hint = Type the name of an organiser, or a new name to become one. There are:
recovery-button = Set the passphrase and sign in

## People

people-title = People
people-heading = Who may do what
people-only = Only:
people-password = Signs in by passphrase
people-no-password = Signs in by card alone
people-pick = Card
people-cards = Make the ticked cards
people-cards-hint = Sign-in cards: a sheet of QR codes to print or to scan from the screen. A new card ends the one before that was not used.
people-add = Add somebody
people-add-send = Add
people-done-added = { $name } was added.
people-done-changed = Changed: { $name }.
people-done-removed = Removed. What they entered stays in the record.
people-done-link-revoked = The card of { $name } no longer works.
people-done-session-revoked = Signed out there.
people-done-token-revoked = The token no longer works.
role-commentator = Commentator
role-commentator-hint = enters scores and words
role-organiser = Organiser
role-organiser-hint = plans the day, manages people and votes, sees everything
field-role = Role
field-where = May enter
where-all = Every game
where-some = Only what is ticked here
where-pitches = Every game on
where-games = These games
game-number = Game { $seq }
field-password-optional = Passphrase, if wanted
field-password-optional-hint = Without one they sign in by a card with a QR code, which you get next.
card-open = Card made { $time }, not used yet
card-used = Card used { $time }
card-code = Code by which { $name } signs in
card-how = Scan with the camera of your phone, open the page, press “Sign in”. Works once.
cards-title = Sign-in cards
cards-once = Print this page or let people scan it from here. The codes are shown for ten minutes and stored nowhere; each signs in one person, once.

person-title = { $name } – People
person-back = All people
person-may = Role and games
person-save = Save
person-card = Sign-in card
person-card-none = No card yet.
person-card-make = Make a card
person-card-revoke = End the open card
person-card-hint = A QR code that signs in once. Another phone later: another card.
person-password = New passphrase
person-password-hint = It signs them out everywhere.
person-password-send = Set the passphrase
person-remove = Remove
person-remove-hint = Signs them out everywhere at once. What they entered stays.
person-remove-own = This is you.
person-remove-send = Remove { $name }
person-last = This is the only organiser. Make another one before removing this one or changing the role.

sessions-heading = Signed-in browsers
session-own = this one
session-end = Sign out
session-of = { $name }, { $browser }
session-now = used just now
session-minutes = { $n ->
    [one] used { $count } minute ago
   *[other] used { $count } minutes ago
}
session-hours = { $n ->
    [one] used { $count } hour ago
   *[other] used { $count } hours ago
}
browser-unknown = unknown program

tokens-heading = Tokens for feeds
tokens-intro = A program that enters scores sends a token in place of a sign-in.
token-since = since { $time }
token-revoke = Revoke
token-name = What it is for
token-make = Make a token
token-made-title = New token
token-once = This is the token. It is shown for ten minutes and stored nowhere: copy it to the program that needs it now.
token-secret = Token
token-use = The program sends this header with every request:
token-example = Header with the token

## The record

record-title = Record
record-intro = Who did what and when, refused attempts too. What was entered for games stands in the log for ever; the rest keeps its newest thousands of lines.
record-heading = Newest first
record-person = Person
record-everybody = everybody
record-game = Game
record-all-games = all
record-show = Show
record-none = Nothing here yet.
record-older = Older
record-newest = Back to the newest
record-refused = Refused.
record-repeated = { $n ->
    [one] { $count } time, last { $time }
   *[other] { $count } times, last { $time }
}
record-nobody = Somebody not signed in
record-box = The box itself
record-cli = The command line
record-removed = somebody removed ({ $name })
record-files = Files
record-download = This record as a file
record-download-hint = What the choice above shows, newest first, 5,000 lines a file.
export-heading = Games of a day
export-intro = Everything public about the games of one day: for results pages, leagues, the archive.
export-date = Day
export-csv = Table (CSV)
export-json = Boards and logs (JSON)
export-ndjson = Exact record (NDJSON)

record-action-login = Sign-in
record-action-login-by-link = Sign-in by card
record-action-logout = Signed out
record-action-session-revoked = Signed somebody out
record-action-user-added = Person added
record-action-user-changed = Person changed
record-action-user-removed = Person removed
record-action-user-made-organiser = Made organiser
record-action-user-made-commentator = Made commentator
record-action-user-limits-changed = Games or pitches of a person changed
record-action-user-password-set = New passphrase
record-action-link-made = Sign-in card made
record-action-link-revoked = Sign-in card ended
record-action-token-made = Token made
record-action-token-revoked = Token revoked
record-action-recovery-begun = Recovery link made, asked for by a file in the data folder
record-action-recovery-used = New passphrase by recovery link
record-action-asked = Asked for a page or action of organisers
record-action-many = Many refusals of many kinds
record-action-team-added = Team added
record-action-team-changed = Team changed
record-action-team-removed = Team removed
record-action-games-imported = Games imported
record-action-game-created = Game created
record-action-game-changed = Game changed
record-action-game-withdrawn = Game withdrawn
record-action-entered = Entry
record-action-comment = Commentary
record-action-clock-start = Clock started
record-action-clock-stop = Clock stopped
record-action-clock-set = Clock set
record-action-clock-resumed = Clock went on after a power cut
record-action-segment-start = Period started
record-action-segment-end = Period ended
record-action-state = State of the game
record-action-review-open = Under review
record-action-review-stands = Decision stands
record-action-review-overturned = Overturned
record-action-adjusted = Counted by hand
record-action-voided = Taken back
record-action-replaced = Corrected
record-action-scorer-changed = Primary scorer
record-action-scorer-released = No primary scorer
record-action-venue-changed = Venue changed
record-action-poll-created = Vote created
record-action-poll-changed = Vote changed
record-action-poll-opened = Vote opened
record-action-poll-closed = Vote closed
record-action-poll-revealed = Result shown
record-action-poll-withdrawn = Vote withdrawn
record-action-tickets-issued = Vote tickets made
record-action-ballot = Ballot
record-refused-wrong-login = Wrong name or passphrase.
record-refused-too-many-tries = Too many tries.
record-refused-link-used = The card was used before or is no longer good.
