/* SPDX-License-Identifier: MIT */
/* One worker process, from its fork to its end. */
#ifndef PROCESSPOOL_WORKER_H
#define PROCESSPOOL_WORKER_H

#include <execz/linger.h>
#include <execz/worker.h>

#include "arena.h"
#include "settings.h"
#include "wire.h"

#include <pthread.h>

/* What this thread has used of the processor, in nanoseconds. */
typedef struct usage {
    int64_t since;    /* monotonic: the end of the last run or wait */
    int64_t user;     /* when the kernel was last asked */
    int64_t kernel;   /* likewise */
    int64_t guessed;  /* used since, without asking */
    uint64_t max_rss; /* bytes; 0: not yet asked */
} usage;

typedef struct worker {
    const settings *settings;
    execz_bodies *bodies;
    wire_ring *ring;
    int socket;

    arena results;         /* ours, for what is too long for the ring */
    uint32_t arena_record; /* end of the record that has it, in bytes written; see answer.c */
    uint32_t index;        /* of the frame in hand */
    uint32_t role;         /* WIRE_SPARE ..., as the process is called; see worker.c */
    uint32_t granted;      /* of the ring's wishes */
    usage usage;
    execz_linger linger;

    pthread_mutex_t lock;
    pthread_cond_t came;
    arena arguments;     /* guarded by lock: the host's, mapped by the listener */
    int arguments_error; /* likewise: why it has no bytes, a positive errno */
} worker;

/* Runs what the host sends until it says quit; returns the exit status.  The process was just
 * forked from the zygote, whose pid is parent. */
int worker_run(const settings *asked, execz_bodies *bodies, wire_ring *ring, int socket,
               int parent);

/* The worker of this process, for the log function; NULL in the zygote. */
extern worker *worker_self;
void worker_log(void *user, uint32_t level, const char *message);

/* ---- limits.c ---- */

/* Applies the limits that hold for the whole process; 0, or -1 with the reason in text. */
int limits_apply(const settings *asked, char *text, size_t size);
/* Gives the next run its processor time, if that is limited. */
void limits_renew_cpu(const settings *asked);

/* ---- usage.c ---- */

/* Adds to a result what its body has used, unless whoever ran it knows better. */
void usage_measure(usage *self, execz_result *result);
/* What was used up to now is no body's. */
void usage_forget(usage *self);

/* ---- listener.c ---- */

/* Starts the thread that hears the host's messages; 0 or a positive errno. */
int listener_start(worker *self);
/* The bytes of the host's arena with this serial, which is on its way; NULL if it cannot be had,
 * with a positive errno in *error_out. */
const unsigned char *listener_arena(worker *self, uint32_t serial, uint64_t length, int *error_out);

/* ---- frames.c ---- */

/* A frame as a task.  Its texts stay in the frame. */
typedef struct frame {
    execz_task task;
    execz_body_facts facts;
    const char **vectors; /* argv and env, owned; NULL: none */
    uint32_t kind;        /* WIRE_RUN, WIRE_QUIT */
} frame;

/* Reads one; 0, or -1 if it makes no sense. */
int frame_read(const unsigned char *bytes, uint64_t length, frame *out);
void frame_free(frame *self);

/* ---- answer.c ---- */

void answer_result(worker *self, const execz_result *result);
void answer_log(worker *self, uint32_t level, const char *message);
/* Rings the bell if the host sleeps.  If a body has closed it, only the end of this process can wake
 * the host: the second one ends it, the first one says so. */
#define EXIT_NO_BELL 4
int answer_try_bell(worker *self);
void answer_ring_bell(worker *self);

/* ---- zygote.c ---- */

/* Forks workers until the host is gone; returns the exit status, of the zygote or of a worker. */
int zygote_run(const settings *asked);

#endif
