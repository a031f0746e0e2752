/* SPDX-License-Identifier: MIT */
/* What the loop sleeps on: one descriptor that is readable when there is something to do.
 *
 * Two timers and a bell behind one epoll.  The wall timer is absolute and is cancelled when
 * somebody sets the clock (TFD_TIMER_CANCEL_ON_SET) or the machine resumes, so that a step re-plans
 * at once; the monotonic one is for deadlines, which no step may move.  Executors that live on the
 * loop add descriptors of their own. */
#ifndef EZ_BASE_LOOP_H
#define EZ_BASE_LOOP_H

#include <stdbool.h>
#include <sys/epoll.h>

#include <glib.h>

#include "base/clock.h"

/* What one pass looks at; if more is ready, the next pass comes at once. */
enum { EZ_LOOP_EVENTS = 16 };

typedef struct ez_loop {
    int epoll;
    int wall_timer;
    int monotonic_timer;
    execz_time armed_wall;   /* EXECZ_TIME_NEVER: not armed */
    int64_t armed_monotonic; /* the same */
    execz_time aim;          /* what the wall timer is for: when it is armed, or a lead later */
    execz_duration lead;     /* what a wake-up mostly takes at least */
    GArray *watches;         /* owned; of ez_watch */

    /* What the last wait has found, for the next look. */
    struct epoll_event events[EZ_LOOP_EVENTS];
    int n_events;
    unsigned passed_by; /* looks left out since the last one */
} ez_loop;

/* bell is a descriptor that rings by being readable; it stays the caller's. */
execz_status ez_loop_init(ez_loop *self, int bell, execz_error *err);
void ez_loop_deinit(ez_loop *self);

/* Wakes at `wall` on the wall clock and at `monotonic` on the other; EXECZ_TIME_NEVER: not. */
void ez_loop_arm(ez_loop *self, execz_time wall, int64_t monotonic);

/* The same for who then calls ez_loop_wait(): the wall timer goes off earlier by what it takes to be woken,
 * and where that was less than expected, the wait ends on the point. */
void ez_loop_arm_ahead(ez_loop *self, execz_time wall, int64_t monotonic);

/* Looks what there is to do: forgets that a timer has gone off, and calls the functions of the
 * watched descriptors that are readable.  True if the wall clock was set since. */
bool ez_loop_look(ez_loop *self);

/* Whether to leave out a look, which is a system call, because nothing else says that there is something:
 * never if a descriptor is watched, and not every time, for only a look tells that the clock was set. */
bool ez_loop_pass_by(ez_loop *self);

/* Whether a timer that is armed has gone off by now. */
bool ez_loop_is_due(const ez_loop *self, const ez_clock *clock);

/* As execz_loop_ext promises. */
execz_status ez_loop_watch(ez_loop *self, int fd, void (*function)(void *), void *argument);
void ez_loop_unwatch(ez_loop *self, int fd);

/* Ends what was not ended by those who began it. */
void ez_loop_unwatch_all(ez_loop *self);

/* Sleeps until there is something to look at. */
void ez_loop_wait(ez_loop *self);

#endif
