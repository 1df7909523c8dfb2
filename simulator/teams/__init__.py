"""Teams: chats with the bot, cards, installed apps, the activity feed."""
