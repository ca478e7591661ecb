//! What a record says, whichever pipeline it came through.

mod failed;
