/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include "base/prefetch.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

/* Messages taken from trays at once: not more than stay in the cache until they are looked at; and
 * how far ahead they are fetched into it, which takes as long as a dozen of them to be taken. */
enum { TAKEN_MAX = 1024, AHEAD = 24 };
enum { PLACES = 510 }; /* so that a chunk is about a page */

typedef struct tray_chunk {
    struct tray_chunk *next;
    ez_message *messages[PLACES];
} tray_chunk;

struct ez_tray {
    ez_message message; /* on the stack of trays */
    ez_mailbox *mailbox;
    ez_tray *next;        /* of all trays */
    ez_tray *next_closed; /* guarded by the mailbox's lock */

    /* Of the sender. */
    alignas(EZ_CACHE_LINE) atomic_uint_fast64_t put; /* messages in all */
    uint64_t announced;                              /* of them */
    tray_chunk *last;
    unsigned last_at;

    /* Of the receiver. */
    alignas(EZ_CACHE_LINE) atomic_bool pushed; /* the receiver will come to it */
    uint64_t taken;                            /* messages in all */
    tray_chunk *first;
    unsigned first_at;
    ez_tray *next_unfinished;
    _Atomic(tray_chunk *) spare; /* an empty chunk for the sender */
};

bool
ez_mailbox_init(ez_mailbox *self)
{
    self->lines = g_aligned_alloc0(1, sizeof *self->lines, alignof(ez_mailbox_lines));
    atomic_init(&self->lines->asleep, true);
    pthread_mutex_init(&self->lock, NULL);
    self->unfinished = self->all_trays = self->closed_trays = NULL;
    self->linger = (execz_linger){0};
    self->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return self->bell >= 0;
}

static void
free_trays(ez_mailbox *self)
{
    while (self->all_trays != NULL) {
        ez_tray *tray = self->all_trays;

        self->all_trays = tray->next;
        while (tray->first != NULL) {
            tray_chunk *next = tray->first->next;

            g_free(tray->first);
            tray->first = next;
        }
        g_free(atomic_load(&tray->spare));
        g_aligned_free(tray);
    }
}

void
ez_mailbox_deinit(ez_mailbox *self)
{
    if (self->bell >= 0) {
        close(self->bell);
        self->bell = -1;
    }
    free_trays(self);
    pthread_mutex_destroy(&self->lock);
    g_aligned_free(self->lines);
    self->lines = NULL;
}

/* The stack of this thread: given out in turn, so that the first eight threads share none. */
static unsigned
stack_of_thread(void)
{
    static atomic_uint given;
    static _Thread_local unsigned mine __attribute__((tls_model("initial-exec")));

    if (mine == 0) {
        mine = atomic_fetch_add_explicit(&given, 1, memory_order_relaxed) % EZ_MAILBOX_STACKS + 1;
    }
    return mine - 1;
}

void
ez_mailbox_ring(ez_mailbox *self)
{
    if (!atomic_exchange(&self->lines->rung, true)) {
        (void)eventfd_write(self->bell, 1); /* it can only be full, and then it rings already */
    }
}

static void
push(ez_mailbox *self, _Atomic(ez_message *) *stack, ez_message *message)
{
    ez_message *newest = atomic_load_explicit(stack, memory_order_relaxed);

    do {
        message->next = newest;
    } while (!atomic_compare_exchange_weak(stack, &newest, message));
    if (atomic_load(&self->lines->asleep) && atomic_exchange(&self->lines->asleep, false)) {
        ez_mailbox_ring(self);
    }
}

void
ez_mailbox_push(ez_mailbox *self, ez_message *message)
{
    push(self, &self->lines->stacks[stack_of_thread()].newest, message);
}

/* ---- trays ----------------------------------------------------------------------------------- */

static ez_tray *
new_tray(ez_mailbox *self)
{
    ez_tray *tray = g_aligned_alloc0(1, sizeof *tray, alignof(ez_tray));

    tray->mailbox = self;
    tray->first = tray->last = g_new0(tray_chunk, 1);
    return tray;
}

ez_tray *
ez_tray_open(ez_mailbox *self)
{
    ez_tray *tray;

    pthread_mutex_lock(&self->lock);
    tray = self->closed_trays;
    if (tray != NULL) {
        self->closed_trays = tray->next_closed;
    } else {
        tray = new_tray(self);
        tray->next = self->all_trays;
        self->all_trays = tray;
    }
    pthread_mutex_unlock(&self->lock);
    return tray;
}

static void
add_chunk(ez_tray *tray)
{
    tray_chunk *chunk = atomic_exchange_explicit(&tray->spare, NULL, memory_order_acquire);

    if (chunk == NULL) {
        chunk = g_new(tray_chunk, 1);
    }
    chunk->next = NULL;
    tray->last->next = chunk; /* seen with the first message in it */
    tray->last = chunk;
    tray->last_at = 0;
}

void
ez_tray_put(ez_tray *tray, ez_message *message)
{
    uint64_t put = atomic_load_explicit(&tray->put, memory_order_relaxed);

    if (tray->last_at == PLACES) {
        add_chunk(tray);
    }
    tray->last->messages[tray->last_at++] = message;
    atomic_store_explicit(&tray->put, put + 1, memory_order_release);
}

void
ez_tray_announce(ez_tray *tray)
{
    uint64_t put = atomic_load_explicit(&tray->put, memory_order_relaxed);

    if (put == tray->announced) {
        return;
    }
    tray->announced = put;
    if (!atomic_load(&tray->pushed) && !atomic_exchange(&tray->pushed, true)) {
        push(tray->mailbox, &tray->mailbox->lines->trays.newest, &tray->message);
    }
}

void
ez_tray_close(ez_tray *tray)
{
    ez_mailbox *self = tray->mailbox;

    atomic_thread_fence(memory_order_seq_cst);
    ez_tray_announce(tray);
    pthread_mutex_lock(&self->lock);
    tray->next_closed = self->closed_trays;
    self->closed_trays = tray;
    pthread_mutex_unlock(&self->lock);
}

/* more: there is one to be fetched ahead.  A run, which is what comes in numbers, is two lines. */
static ez_message *
take_one(ez_tray *tray, bool more)
{
    if (tray->first_at == PLACES) {
        tray_chunk *empty = tray->first;

        tray->first = empty->next;
        tray->first_at = 0;
        g_free(atomic_exchange_explicit(&tray->spare, empty, memory_order_acq_rel));
    }
    if (more && tray->first_at + AHEAD < PLACES) {
        const char *ahead = (const char *)tray->first->messages[tray->first_at + AHEAD];

        ez_prefetch_to_write(ahead);
        ez_prefetch_to_write(ahead + EZ_CACHE_LINE);
    }
    tray->taken++;
    return tray->first->messages[tray->first_at++];
}

/* Takes what lies on it, up to the limit; whether that was all. */
static bool
empty_tray(ez_tray *tray, ez_message ***end, unsigned *limit)
{
    uint64_t put = atomic_load(&tray->put);

    while (tray->taken < put && *limit != 0) {
        --*limit;
        **end = take_one(tray, tray->taken + AHEAD < put);
        *end = &(**end)->next;
    }
    **end = NULL;
    return tray->taken == put;
}

/* Where a tray goes that is to wait for its turn: behind all others, so that one which is filled
 * as fast as it is emptied does not keep them waiting. */
static ez_tray **
end_of_unfinished(ez_mailbox *self)
{
    ez_tray **end = &self->unfinished;

    while (*end != NULL) {
        end = &(*end)->next_unfinished;
    }
    return end;
}

/* Adds the trays that were pushed to those that are unfinished. */
static void
take_trays(ez_mailbox *self)
{
    _Atomic(ez_message *) *stack = &self->lines->trays.newest;
    ez_tray **end;
    ez_message *at;

    if (atomic_load_explicit(stack, memory_order_relaxed) == NULL) {
        return;
    }
    end = end_of_unfinished(self);
    at = atomic_exchange_explicit(stack, NULL, memory_order_acquire);
    for (; at != NULL; at = at->next) {
        *end = (ez_tray *)(void *)at;
        end = &(*end)->next_unfinished;
    }
    *end = NULL;
}

static void
empty_trays(ez_mailbox *self, ez_message **end)
{
    unsigned limit = TAKEN_MAX;

    take_trays(self);
    while (self->unfinished != NULL && limit > 0) {
        ez_tray *tray = self->unfinished;

        /* Said before the last look: what is put after it pushes the tray again. */
        self->unfinished = tray->next_unfinished;
        (void)atomic_exchange(&tray->pushed, false);
        if (!empty_tray(tray, &end, &limit) && !atomic_exchange(&tray->pushed, true)) {
            *end_of_unfinished(self) = tray;
            tray->next_unfinished = NULL;
        }
    }
}

/* ---- receiving ------------------------------------------------------------------------------- */

static ez_message *
turn_round(ez_message *newest)
{
    ez_message *oldest = NULL;

    while (newest != NULL) {
        ez_message *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

/* A ring that is announced but not yet to be heard stays announced: the next time reads it.  If it
 * were forgotten here, the bell would then ring for ever. */
static void
stop_bell(ez_mailbox *self)
{
    uint64_t rings;

    if (atomic_load(&self->lines->rung) && read(self->bell, &rings, sizeof rings) > 0) {
        (void)atomic_exchange(&self->lines->rung, false);
    }
}

ez_message *
ez_mailbox_take(ez_mailbox *self)
{
    ez_message *first = NULL;
    ez_message **end = &first;

    atomic_store_explicit(&self->lines->asleep, false, memory_order_relaxed);
    atomic_store_explicit(&self->lines->receiver, ez_identity(), memory_order_relaxed);
    stop_bell(self); /* before the messages are taken: a ring in between is for the next time */
    for (int i = 0; i < EZ_MAILBOX_STACKS; i++) {
        _Atomic(ez_message *) *stack = &self->lines->stacks[i].newest;

        if (atomic_load_explicit(stack, memory_order_relaxed) != NULL) {
            *end = turn_round(atomic_exchange_explicit(stack, NULL, memory_order_acquire));
            while (*end != NULL) {
                end = &(*end)->next;
            }
        }
    }
    empty_trays(self, end);
    return first;
}

static bool
has_messages(ez_mailbox *self)
{
    bool some = self->unfinished != NULL || atomic_load(&self->lines->trays.newest) != NULL;

    for (int i = 0; !some && i < EZ_MAILBOX_STACKS; i++) {
        some = atomic_load(&self->lines->stacks[i].newest) != NULL;
    }
    return some;
}

/* What a wait looks at. */
typedef struct lookout {
    ez_mailbox *mailbox;
    int (*look)(void *user); /* NULL: none */
    void *user;
} lookout;

static int
is_called(void *of)
{
    const lookout *self = of;

    return has_messages(self->mailbox) || ez_mailbox_rings(self->mailbox) ||
           (self->look != NULL && self->look(self->user));
}

bool
ez_mailbox_would_linger(ez_mailbox *self)
{
    return self->linger.leave_out == 0 && !has_messages(self);
}

void
ez_mailbox_linger(ez_mailbox *self, size_t expected, int (*look)(void *user), void *user)
{
    lookout at = {self, look, user};

    if (ez_mailbox_expects_few(expected)) {
        (void)execz_linger_until(&self->linger, is_called, &at);
    }
}

void
ez_mailbox_sleep(ez_mailbox *self)
{
    atomic_store(&self->lines->asleep, true);
    if (has_messages(self)) {
        atomic_store_explicit(&self->lines->asleep, false, memory_order_relaxed);
        ez_mailbox_ring(self);
    }
}
