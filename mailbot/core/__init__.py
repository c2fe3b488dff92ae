"""Pure judgement: values in, values out. No I/O, no clock, nothing but the standard library."""
