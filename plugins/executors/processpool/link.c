/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- life ----------------------------------------------------------------------------------- */

worker *
worker_new(pool *owner, int *socket_out, int *memory_out)
{
    worker *self = calloc(1, sizeof *self);
    int ends[2];
    int memory;

    if (self == NULL) {
        return NULL;
    }
    if (getrandom(&self->mark, sizeof self->mark, 0) != sizeof self->mark) {
        free(self);
        return NULL;
    }
    memory = arena_make(&self->memory, "execz-worker", sizeof(wire_ring));
    if (memory < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        int error = memory < 0 ? -memory : errno;

        if (memory >= 0) {
            close(memory);
        }
        arena_drop(&self->memory);
        free(self);
        errno = error;
        return NULL;
    }
    self->pool = owner;
    self->number = ++owner->numbers;
    self->ring = (wire_ring *)(void *)self->memory.bytes;
    self->socket = ends[0];
    self->pidfd = -1;
    self->depth = 1;
    self->kill_at = INT64_MAX;
    *socket_out = ends[1];
    *memory_out = memory;
    return self;
}

void
worker_free(worker *self)
{
    if (self->pidfd >= 0) {
        close(self->pidfd);
    }
    if (self->socket >= 0) {
        close(self->socket);
    }
    arena_drop(&self->arguments);
    arena_drop(&self->results);
    arena_drop(&self->memory);
    free(self);
}

/* ---- giving --------------------------------------------------------------------------------- */

static wire_cell *
cell_at(worker *self, uint32_t index)
{
    return &self->ring->cells[index % WIRE_CELLS];
}

int
worker_has_room_locked(worker *self)
{
    uint32_t passed = atomic_load_explicit(&self->ring->passed, memory_order_acquire);

    /* One cell stays for the order to quit. */
    return self->published - passed < WIRE_CELLS - 1 &&
           self->published - self->oldest < WIRE_CELLS - 1;
}

void
worker_wake(worker *self)
{
    if (wire_take_flag(&self->ring->worker_sleeps)) {
        wire_futex_wake(&self->ring->worker_sleeps);
    }
}

int
worker_is_fast_locked(const worker *self)
{
    return self->inflight > WIRE_LOW;
}

/* Shows the next cell, which was filled, to the worker. */
static void
publish_locked(worker *self)
{
    atomic_store_explicit(&cell_at(self, self->published)->state, WIRE_READY, memory_order_relaxed);
    self->published++;
    atomic_store(&self->ring->published, self->published);
}

static void
enter_locked(worker *self, execz_submission *submission)
{
    if (self->inflight == 0) {
        self->oldest = self->published;
        self->pool->n_busy++;
    }
    self->runs[self->published % WIRE_CELLS] = submission;
    self->inflight++;
    self->given++;
}

/* Where a frame of this length goes; NULL if there is no room. */
static unsigned char *
place_locked(worker *self, wire_cell *cell, uint64_t length)
{
    if (length <= sizeof cell->bytes) {
        cell->place = WIRE_IN_CELL;
        return cell->bytes;
    }
    if (length > WIRE_AREA_SIZE - self->area_used) {
        return NULL;
    }
    cell->place = WIRE_IN_AREA;
    cell->offset = self->area_used;
    self->area_used += (uint32_t)(length + 7) & ~7u;
    return self->ring->area + cell->offset;
}

int
worker_give_locked(worker *self, execz_submission *submission)
{
    uint64_t length = frame_measure(submission);
    wire_cell *cell = cell_at(self, self->published);
    unsigned char *bytes;

    if (!worker_has_room_locked(self)) {
        return -ENOSPC;
    }
    if (length > WIRE_INLINE_MAX) {
        return -EFBIG;
    }
    if (self->inflight == 0) {
        self->area_used = 0;
    }
    bytes = place_locked(self, cell, length);
    if (bytes == NULL) {
        return -ENOSPC;
    }
    cell->length = length;
    frame_write(self->pool->host, submission, bytes);
    enter_locked(self, submission);
    publish_locked(self);
    return 0;
}

void
worker_quit_locked(worker *self)
{
    wire_frame frame = {.kind = WIRE_QUIT};
    wire_cell *cell = cell_at(self, self->published);

    if (self->state != WORKER_STARTING && self->state != WORKER_READY) {
        return;
    }
    self->state = WORKER_LEAVING;
    cell->place = WIRE_IN_CELL;
    cell->length = sizeof frame;
    memcpy(cell->bytes, &frame, sizeof frame);
    self->runs[self->published % WIRE_CELLS] = NULL;
    publish_locked(self);
    worker_wake(self);
    if (self->spare) {
        atomic_store(&self->ring->role, WIRE_DISMISSED);
        wire_futex_wake(&self->ring->role);
    }
}

/* ---- giving what is large ------------------------------------------------------------------- */

void
worker_reserve_locked(worker *self, execz_submission *submission)
{
    atomic_store(&cell_at(self, self->published)->state, 0);
    enter_locked(self, submission);
    self->loading = 1;
}

/* Makes the arena large enough, and the worker know it. */
static int
fit_arena(worker *self, uint64_t length)
{
    wire_message message = {.kind = WIRE_ARENA};
    int fd, result;

    if (length <= self->arguments.size) {
        return 0;
    }
    fd = arena_make(&self->arguments, "execz-arguments", length);
    if (fd < 0) {
        return fd;
    }
    message.serial = self->arguments.serial;
    message.value = self->arguments.size;
    result = wire_send(self->socket, &message, &fd, 1, MSG_DONTWAIT);
    close(fd);
    if (result != 0) {
        arena_drop(&self->arguments);
    }
    return result;
}

int
worker_load(worker *self)
{
    pool *owner = self->pool;
    execz_submission *submission = self->runs[self->published % WIRE_CELLS];
    uint64_t length = frame_measure(submission);
    wire_cell *cell = cell_at(self, self->published);
    int result = fit_arena(self, length);

    if (result == 0) {
        frame_write(owner->host, submission, self->arguments.bytes);
        cell->place = WIRE_IN_ARENA;
        cell->serial = self->arguments.serial;
        cell->length = length;
    }
    pthread_mutex_lock(&owner->lock);
    self->loading = 0;
    if (result == 0 && execz_submission_cancelled(submission)) {
        result = -ECANCELED;
    }
    if (result == 0) {
        publish_locked(self);
        if (self->given == owner->settings.max_tasks) { /* never 0 here */
            worker_quit_locked(self);
        }
    }
    pthread_mutex_unlock(&owner->lock);
    return result;
}

/* ---- taking back ---------------------------------------------------------------------------- */

int
worker_has_begun(const worker *self, uint32_t index)
{
    return index != self->published &&
           atomic_load_explicit(&self->ring->cells[index % WIRE_CELLS].state,
                                memory_order_acquire) == WIRE_TAKEN;
}

void
worker_skip_locked(worker *self)
{
    while (self->oldest != self->published && self->runs[self->oldest % WIRE_CELLS] == NULL) {
        self->oldest++;
    }
}

int
worker_retract_locked(worker *self, uint32_t index)
{
    uint32_t ready = WIRE_READY;

    if (!atomic_compare_exchange_strong(&cell_at(self, index)->state, &ready, WIRE_RETRACTED)) {
        return 0;
    }
    self->runs[index % WIRE_CELLS] = NULL;
    self->inflight--;
    self->given--;
    self->pool->n_busy -= self->inflight == 0;
    worker_skip_locked(self);
    return 1;
}

execz_submission *
worker_retract_newest_locked(worker *self)
{
    for (uint32_t index = self->published; index != self->oldest; index--) {
        execz_submission *submission = self->runs[(index - 1) % WIRE_CELLS];

        if (submission != NULL) {
            return worker_retract_locked(self, index - 1) ? submission : NULL;
        }
    }
    return NULL;
}

void
worker_kill_locked(worker *self, uint32_t reason)
{
    if (self->killed == KILLED_NOT) {
        self->killed = reason;
    }
    self->kill_at = INT64_MAX;
    if (self->pidfd >= 0) {
        (void)pidfd_send_signal(self->pidfd, SIGKILL, NULL, 0);
    }
    if (self->owed_since == 0) {
        self->owed_since = pool_now();
    }
}

/* ---- its messages --------------------------------------------------------------------------- */

/* Without a descriptor (< 0) the message tells that we have no room for one more: the kernel has
 * dropped it.  The worker makes another arena for its next large result. */
static void
take_results(worker *self, int fd, const wire_message *message)
{
    int result = -EMFILE;

    if (fd >= 0) {
        result = arena_take(&self->results, fd, message->value, message->serial);
    } else {
        arena_drop(&self->results);
    }
    self->results.serial = message->serial; /* also without bytes */
    self->results_error = -result;
    if (result != 0) {
        atomic_store(&self->ring->missed_arena, message->serial);
    }
}

int
worker_receive(worker *self)
{
    wire_message message;
    int fds[2];
    int result;

    while ((result = wire_receive(self->socket, &message, fds, MSG_DONTWAIT)) > 0) {
        if (message.kind == WIRE_ARENA) {
            take_results(self, fds[0], &message);
            fds[0] = -1;
        } else if (message.kind == WIRE_NOT_USABLE) {
            self->pool->unusable = 1;
            self->told = 1;
            death_unborn(self->pool, message.text);
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i] >= 0) {
                close(fds[i]);
            }
        }
    }
    return result == -EAGAIN;
}
