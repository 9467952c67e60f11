//! A local AWS Clean Rooms for tests.
