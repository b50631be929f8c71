//! Sensor models.
