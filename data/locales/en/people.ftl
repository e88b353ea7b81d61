# The words of the pages about people: login, links, roles, the record of who did what.
