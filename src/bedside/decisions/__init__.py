"""Whether, who, what: segments choose, the composer writes, the gate decides."""
