# The words of the organiser's pages: the day plan, teams, the venue.
organiser-nav = Organiser's pages
organiser-nav-plan = Day plan
organiser-nav-teams = Teams
organiser-nav-votes = Votes
organiser-nav-people = People
organiser-nav-status = Status
organiser-nav-record = Record
organiser-nav-venue = Venue
