//! The one public JSON: cursor, frame, messages, close codes, problems.
