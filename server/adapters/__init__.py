"""Reading and writing what lives outside: folders, archives, calendars."""
