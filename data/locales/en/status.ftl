# The words of the status page.
