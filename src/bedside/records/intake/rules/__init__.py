"""Pure rules of patient import: bytes in, plain frozen rows and remarks out; no clock, no Django, no I/O."""
