/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { ROOM_MIN = 64 };

void
watches_deinit(watches *self)
{
    free(self->by_descriptor);
}

static watched *
find(watches *self, int descriptor)
{
    uint32_t room = self->room == 0 ? ROOM_MIN : self->room;
    watched *grown;

    if ((uint32_t)descriptor < self->room) {
        return &self->by_descriptor[descriptor];
    }
    if (fcntl(descriptor, F_GETFD) < 0) {
        return NULL; /* what is none must not cost memory up to its number */
    }
    while (room <= (uint32_t)descriptor) {
        room *= 2;
    }
    grown = realloc(self->by_descriptor, room * sizeof *grown);
    if (grown == NULL) {
        return NULL;
    }
    memset(grown + self->room, 0, (room - self->room) * sizeof *grown);
    self->by_descriptor = grown;
    self->room = room;
    return &grown[descriptor];
}

/* Asks the kernel for what all who wait want.  What it had under this number may have been closed
 * meanwhile, or be another file now: the kernel tells. */
static int
ask(loop *on, int descriptor, watched *at)
{
    struct epoll_event event = {.events = EPOLLONESHOT};
    int operation = at->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    for (const watch *one = at->first; one != NULL; one = one->next) {
        event.events |= one->events;
    }
    if (!at->registered) {
        at->registration++;
    }
    event.data.u64 = (uint64_t)at->registration << 32 | (uint32_t)descriptor;
    if (epoll_ctl(on->epoll, operation, descriptor, &event) == 0) {
        at->registered = true;
        return 0;
    }
    if (errno == ENOENT && at->registered) {
        at->registered = false;
        return ask(on, descriptor, at);
    }
    if (errno == EEXIST && !at->registered) {
        at->registered = true;
        return ask(on, descriptor, at);
    }
    return errno == EPERM ? 1 : -errno; /* a regular file */
}

static void
unlink_watch(watches *self, watched *at, watch *one)
{
    watch **link = &at->first;

    while (*link != NULL && *link != one) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = one->next;
        self->n_waiting--;
    }
}

int
watches_add(loop *on, int descriptor, watch *one)
{
    watched *at = descriptor < 0 ? NULL : find(&on->watches, descriptor);
    int result;

    if (at == NULL) {
        return fcntl(descriptor, F_GETFD) < 0 ? -EBADF : -ENOMEM;
    }
    one->next = at->first;
    at->first = one;
    on->watches.n_waiting++;
    result = ask(on, descriptor, at);
    if (result != 0) {
        unlink_watch(&on->watches, at, one);
    }
    return result;
}

void
watches_remove(loop *on, int descriptor, watch *one)
{
    watched *at = &on->watches.by_descriptor[descriptor];

    unlink_watch(&on->watches, at, one);
    if (at->first == NULL && at->registered) {
        (void)epoll_ctl(on->epoll, EPOLL_CTL_DEL, descriptor, NULL);
        at->registered = false;
    }
}

/* The kernel has become unable to watch it: all who wait are told. */
static void
fail(loop *on, watched *at, int32_t result)
{
    while (at->first != NULL) {
        watch *one = at->first;

        at->first = one->next;
        on->watches.n_waiting--;
        loop_wake(on, one->who, result);
    }
}

void
watches_take(loop *on, uint64_t data, uint32_t events)
{
    watched *at = &on->watches.by_descriptor[(uint32_t)data];
    watch **link = &at->first;
    int result;

    if (at->registration != (uint32_t)(data >> 32)) {
        return; /* of a descriptor that was closed while a copy of it lives on */
    }
    while (*link != NULL) {
        watch *one = *link;
        uint32_t wanted = events & (one->events | EPOLLERR | EPOLLHUP);

        if (wanted != 0) {
            *link = one->next;
            on->watches.n_waiting--;
            loop_wake(on, one->who, (int32_t)wanted);
        } else {
            link = &one->next;
        }
    }
    if (at->first != NULL) {
        result = ask(on, (int)(uint32_t)data, at);
        if (result != 0) {
            fail(on, at, result > 0 ? -EIO : result);
        }
    }
}
