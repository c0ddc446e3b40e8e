//! Where commits and images come from.
