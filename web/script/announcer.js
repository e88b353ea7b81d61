// announcer
