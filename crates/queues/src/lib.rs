//! SQS: queues of messages, standard and FIFO.
#![forbid(unsafe_code)]
