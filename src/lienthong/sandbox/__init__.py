"""The sandbox: a hub with synthetic people that plays the steps of the technical test and judges."""
