/* SPDX-License-Identifier: MIT */
/**
 * execz/event_queue.h -- a scheduler's events, for a thread or a loop that fetches them itself.
 *
 *     execz_event_queue *queue = execz_event_queue_new(scheduler, EXECZ_EVENT_TERMINAL, 0, &err);
 *     const execz_event *event;
 *
 *     while (execz_event_queue_next(queue, -1, &event) == EXECZ_OK) {
 *         printf("%s %s\n", event->task, execz_event_name(event->code));
 *     }
 *     execz_event_queue_free(queue);
 *
 * The scheduler's loop puts a copy of each event into a ring, and never waits for who reads: if the
 * ring is full, by number or by EXECZ_EVENT_QUEUE_BYTES_MAX, the oldest give way, and the next event that
 * is read says how many were lost just before it.  So the newest events are always there.
 *
 * One thread at a time reads from a queue; several queues are independent of each other.
 */
#ifndef EXECZ_EVENT_QUEUE_H
#define EXECZ_EVENT_QUEUE_H

#include <execz/scheduler.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_event_queue execz_event_queue;

#define EXECZ_EVENT_QUEUE_CAPACITY 1024u        /* if none is asked for */
#define EXECZ_EVENT_QUEUE_CAPACITY_MAX 1048576u /* beyond it is EXECZ_E_LIMIT */
/* What unread events take with their outputs and values, unless the newest alone takes more. */
#define EXECZ_EVENT_QUEUE_BYTES_MAX (UINT64_C(64) << 20)

/**
 * Subscribes to events whose code is in mask, from the next one on.
 *
 * @capacity  how many unread events it holds; 0: EXECZ_EVENT_QUEUE_CAPACITY
 *
 * NULL and EXECZ_E_LIMIT for too large a capacity, EXECZ_E_IO if the system has no descriptor left.
 * [any-thread]
 */
EXECZ_API execz_event_queue *execz_event_queue_new(execz_scheduler *scheduler, uint64_t mask,
                                                   uint32_t capacity, execz_error *err);

/**
 * Ends the subscription and frees the queue with its events.  While nobody reads from it; on another
 * thread than the loop as execz_scheduler_remove_listener() does.  The scheduler may be freed before
 * the queue, but not meanwhile.  NULL is fine.  [any-thread]
 */
EXECZ_API void execz_event_queue_free(execz_event_queue *self);

/**
 * Fetches the next event; waits for one if there is none.
 *
 * @timeout    in nanoseconds; 0: does not wait; < 0: waits as long as it takes
 * @event_out  the queue's; valid until the next call, or until the queue is freed.  Its field lost
 *             says how many events there were just before it that nobody can read any more.
 *
 * EXECZ_E_TIMEOUT if there is none, EXECZ_E_SHUTDOWN if there is none and never will be, because
 * the queue was closed or its scheduler freed.  [the thread that reads]
 */
EXECZ_API execz_status execz_event_queue_next(execz_event_queue *self, execz_duration timeout,
                                              const execz_event **event_out);

/**
 * A descriptor that is readable whenever execz_event_queue_next() would not wait, and perhaps once
 * more; to be polled, not read.  It stays the queue's.  [any-thread]
 */
EXECZ_API int execz_event_queue_fd(const execz_event_queue *self);

/**
 * Ends the subscription: what is in the queue can still be read, and then a reader is told
 * EXECZ_E_SHUTDOWN, also one that waits.  Otherwise as execz_event_queue_free().  [any-thread]
 */
EXECZ_API void execz_event_queue_close(execz_event_queue *self);

#ifdef __cplusplus
}
#endif
#endif
