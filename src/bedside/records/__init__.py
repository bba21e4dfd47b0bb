"""What is held about people: patients, what they allowed, and how records come in."""
