//! Sockets, heads, bodies, limits, time-outs and takeover; knows no route.
