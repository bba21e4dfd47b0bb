"""HL7 v2 over MLLP with TLS: hospitals' systems hand messages over one by one and wait for each answer."""
