//! Runs scenarios of the Clean Rooms provider on every engine found.
