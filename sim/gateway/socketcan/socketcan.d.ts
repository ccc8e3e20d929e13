/** An optional package: where it cannot be built it is not there, and what it is is looked at when it is loaded. */
declare module 'socketcan'
