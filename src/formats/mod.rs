//! Importers and exporters: bytes to commands, events to bytes.
