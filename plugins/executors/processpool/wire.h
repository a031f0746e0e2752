/* SPDX-License-Identifier: MIT */
/* What the plugin and its worker program agree on: the memory they share and the messages they
 * send.
 *
 * Each worker shares one piece of memory, the ring, with the host, and with nobody else: a body
 * that writes where it must not can harm its own worker only.  In it lie
 *
 *   cells    what the worker is to run, in order; a cell is taken by a compare-and-swap, READY ->
 *            TAKEN by the worker or READY -> RETRACTED by the host, so that the host can take back
 *            what has not begun at any time, and knows what has begun even of a dead worker
 *   area     frames that do not fit into their cell
 *   records  what the worker answers, in order: a ring of bytes
 *
 * Indices and byte positions count up for ever and are used modulo the size.  Nobody believes what
 * the other side writes: lengths and positions are checked against the size before use.
 *
 * Wake-ups: the worker sleeps on the futex `worker_sleeps`, as long as that says so;
 * the host sleeps in epoll on one eventfd, the bell, after it has said so in `host_sleeps` of each
 * worker.  Who finds the other's flag set clears it and wakes: one wake-up in flight at most.
 * While a worker has several runs in hand, the host only naps: it will look by itself soon, and
 * is woken before only by a worker that is about to run dry.  While nothing waits in the queue, the
 * host sleeps in its loop as well, on a bell of its own: what is short is taken there at once.
 *
 * Descriptors, cancelling and what happens rarely go over a SOCK_SEQPACKET pair.  Its end tells
 * each side that the other is gone. */
#ifndef PROCESSPOOL_WIRE_H
#define PROCESSPOOL_WIRE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Of plugin and worker program; they are installed together and refuse any other. */
#define WIRE_VERSION 5u

#define WIRE_CELLS 64u
#define WIRE_CELL_SIZE 512u
#define WIRE_AREA_SIZE (256u * 1024u)
#define WIRE_RECORDS_SIZE (256u * 1024u)
/* What is longer crosses in an arena: shared memory of its own, made when it is first needed. */
#define WIRE_INLINE_MAX (64u * 1024u)
/* An arena that is larger gives its memory back after each use. */
#define WIRE_ARENA_KEPT (16u * 1024u * 1024u)
#define WIRE_ARENA_MIN (1024u * 1024u)

/* ---- cells ---------------------------------------------------------------------------------- */

#define WIRE_READY 1u
#define WIRE_TAKEN 2u
#define WIRE_RETRACTED 3u

#define WIRE_IN_CELL 0u
#define WIRE_IN_AREA 1u
#define WIRE_IN_ARENA 2u

typedef struct wire_cell {
    _Atomic uint32_t state; /* WIRE_READY ... */
    uint32_t place;         /* WIRE_IN_... */
    uint32_t offset;        /* in the area */
    uint32_t serial;        /* of the arena */
    uint64_t length;
    unsigned char bytes[WIRE_CELL_SIZE - 24];
} wire_cell;

#define WIRE_RUN 1u
#define WIRE_QUIT 2u

#define WIRE_HAS_NAME (1u << 0) /* one that is not the id */
#define WIRE_HAS_MODULE_PATH (1u << 1)
#define WIRE_HAS_FUNCTION (1u << 2)
#define WIRE_HAS_CWD (1u << 3)
#define WIRE_HAS_CONTENT_TYPE (1u << 4)
#define WIRE_HAS_ARGS (1u << 5)
#define WIRE_HAS_ARGV (1u << 6)
#define WIRE_HAS_ENV (1u << 7)

/* A run of a task for one run time.  Behind it lie id and what `has` names, in that order, each
 * ended by a NUL; ARGV and ENV are n_argv and n_env texts. */
typedef struct wire_frame {
    uint32_t kind; /* WIRE_RUN, WIRE_QUIT */
    uint32_t task_kind;
    uint64_t run;
    int64_t run_time;
    int64_t timeout;
    int64_t kill_grace;
    int64_t misfire_grace_time;
    uint64_t output_limit;
    uint64_t args_length;
    uint32_t attempt;
    int32_t priority;
    uint32_t max_instances;
    uint32_t has;
    uint32_t n_argv;
    uint32_t n_env;
} wire_frame;

/* ---- records -------------------------------------------------------------------------------- */

#define WIRE_PAD 1u
#define WIRE_RESULT 2u
#define WIRE_LOG 3u

#define WIRE_HAS_MESSAGE (1u << 0)
#define WIRE_HAS_VALUE (1u << 1)
#define WIRE_HAS_OUTPUT (1u << 2)

/* Behind a record lie message, value and output; or in the arena, if it has a serial. */
typedef struct wire_record {
    uint32_t length; /* in the ring, with what lies behind it; a multiple of 8 */
    uint32_t kind;
    uint32_t index;   /* of the frame it answers */
    uint32_t outcome; /* WIRE_LOG: the level */
    int64_t started;
    int64_t finished;
    int64_t cpu_user;
    int64_t cpu_system;
    uint64_t max_rss;
    int32_t exit_status;
    int32_t signal;
    uint64_t message_length;
    uint64_t value_length;
    uint64_t output_length;
    uint64_t output_dropped;
    uint32_t serial; /* of the arena; 0: none */
    uint32_t has;
} wire_record;

/* ---- who a worker is ------------------------------------------------------------------------ */

/* Does what it can do before it takes cells, and waits. */
#define WIRE_SPARE 0u
#define WIRE_WORKER 1u
/* Is not needed any more: the order to quit is in its first cell. */
#define WIRE_DISMISSED 2u

/* Waits for its role: all that is left to do is to call the initializer. */
#define WIRE_PREPARED 1u
/* Takes cells. */
#define WIRE_TAKES 2u

/* How the host waits for a worker's answers. */
#define WIRE_AWAKE 0u
#define WIRE_SLEEPS 1u
#define WIRE_NAPS 2u
#define WIRE_LOOP_SLEEPS 3u
/* Who has at most so many runs left wakes a host that naps. */
#define WIRE_LOW 8u

/* Modules that a spare loads while it waits, so many at most, of names so long with their NUL. */
#define WIRE_WISHES 8u
#define WIRE_WISH_SIZE 208u

/* ---- the ring ------------------------------------------------------------------------------- */

typedef struct wire_ring {
    /* Written by the host. */
    alignas(64) _Atomic uint32_t published; /* cells */
    alignas(64) _Atomic uint32_t read;      /* bytes of records; a futex while records are full */
    _Atomic uint32_t host_sleeps;           /* WIRE_AWAKE ...; cleared by the worker */
    _Atomic uint32_t role;         /* WIRE_SPARE ...; a futex until the initializer is called */
    _Atomic uint32_t missed_arena; /* serial of one that the host could not take; 0: none */
    _Atomic uint32_t n_wishes;     /* as many names are there */
    char wishes[WIRE_WISHES][WIRE_WISH_SIZE];

    /* Written by the worker. */
    alignas(64) _Atomic uint32_t passed;  /* cells it is done with */
    _Atomic uint32_t worker_sleeps;       /* a futex; cleared by the host, which then wakes */
    _Atomic uint32_t worker_wants_room;   /* sleeps on `read`; cleared by the host */
    _Atomic uint32_t ready;               /* 0, WIRE_PREPARED, WIRE_TAKES */
    alignas(64) _Atomic uint32_t written; /* bytes of records */
    _Atomic uint64_t command;             /* the run whose command it executes; 0: none */
    _Atomic uint32_t thread_ended;        /* it ends because its main thread does */

    alignas(64) wire_cell cells[WIRE_CELLS];
    unsigned char area[WIRE_AREA_SIZE];
    unsigned char records[WIRE_RECORDS_SIZE];
} wire_ring;

/* ---- messages ------------------------------------------------------------------------------- */

/* Host to zygote. */
#define WIRE_FORK 1u /* worker, value: its mark; with its socket and its ring */
/* Zygote to host. */
#define WIRE_ZYGOTE_READY 10u /* value: its WIRE_VERSION; text: what could not be preloaded */
#define WIRE_FORKED 11u       /* worker, pid; with a pidfd */
#define WIRE_FORK_FAILED 12u  /* worker, text */
#define WIRE_EXITED 13u       /* worker, status as of wait(2), what it has used */
#define WIRE_STOPPED 14u      /* worker, status: the signal */
#define WIRE_CONTINUED 15u    /* worker */
/* Host to worker. */
#define WIRE_CANCEL 20u /* value: the run */
/* Both ways between host and worker. */
#define WIRE_ARENA 30u /* serial, value: its size; with its descriptor */
/* Worker to host. */
#define WIRE_NOT_USABLE 40u /* text: why it ends before it has taken anything */

typedef struct wire_message {
    uint32_t kind;
    uint32_t worker; /* number */
    int32_t pid;
    int32_t status;
    uint32_t serial;
    uint32_t reserved;
    uint64_t value;
    int64_t cpu_user;
    int64_t cpu_system;
    uint64_t max_rss;
    char text[1024]; /* terminated; only what is used of it is sent */
} wire_message;

/* Sends a message with n_fds descriptors (2 at most); 0 or a negative errno.  It never raises
 * SIGPIPE; flags as for send(2). */
int wire_send(int socket, const wire_message *message, const int *fds, unsigned n_fds, int flags);

/* Receives one.  fds gets what came with it, -1 for those that did not (2 of them); closing them is
 * the caller's.  1, 0 if the other side is gone, or a negative errno. */
int wire_receive(int socket, wire_message *message_out, int fds_out[2], int flags);

/* Sleeps while *word is value, at most timeout nanoseconds (< 0: no limit). */
void wire_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout);
/* Wakes one that sleeps on it; also if it is not mapped any more. */
void wire_futex_wake(_Atomic uint32_t *word);

/* Whether a flag was set, which is cleared. */
static inline int
wire_take_flag(_Atomic uint32_t *flag)
{
    return atomic_load(flag) != 0 && atomic_exchange(flag, 0) != 0;
}

#endif
