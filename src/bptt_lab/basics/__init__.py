"""What all the rest stands on: activations, checks of arguments, overflow, words for numbers, languages."""
