/* SPDX-License-Identifier: MIT */
/* A child is named by a number, not by a pointer, so that joining it twice is an error and not a
 * crash: 20 bits say where it is in the table, 11 how often that place was used before.  Only the
 * thread, or coroutine, of the call itself is ever here; what its children note is taken over when
 * they are gone. */
#include "function/children.h"

#include "function/child.h"
#include "function/forked.h"

#include <errno.h>
#include <string.h>

#define PLACE_BITS 20
#define PLACES_MAX ((1u << PLACE_BITS) - 1)
#define GENERATION_MASK 0x7ffu

typedef struct spawned {
    ez_call call;
    execz_child_function function;
    void *argument;
    int32_t result;
    void *child; /* what the waiter calls it */
} spawned;

typedef struct place {
    spawned *one; /* owned; NULL: free */
    uint32_t generation;
    uint32_t next_free; /* plus 1; 0: none */
} place;

struct ez_children {
    place *places; /* owned */
    uint32_t n;
    uint32_t room;
    uint32_t first_free; /* as next_free */
};

/* ---- table ---- */

static ez_children *
children_of(ez_call *call)
{
    ez_call_notes *notes = ez_call_note(call);

    if (notes->children == NULL) {
        notes->children = g_new0(ez_children, 1);
    }
    return notes->children;
}

static int32_t
insert(ez_children *self, spawned *one)
{
    uint32_t index = self->first_free;
    place *at;

    if (index == 0) {
        if (self->n == self->room) {
            self->room = self->room == 0 ? 4 : self->room * 2;
            self->places = g_renew(place, self->places, self->room);
        }
        self->places[self->n] = (place){0};
        index = ++self->n;
    }
    at = &self->places[index - 1];
    self->first_free = at->next_free;
    at->next_free = 0;
    at->one = one;
    return (int32_t)(at->generation << PLACE_BITS | index);
}

static place *
find(const ez_call *call, int32_t child)
{
    const ez_children *self = call->notes != NULL ? call->notes->children : NULL;
    uint32_t index = (uint32_t)child & PLACES_MAX;
    place *at;

    if (self == NULL || child <= 0 || index == 0 || index > self->n) {
        return NULL;
    }
    at = &self->places[index - 1];
    return at->one != NULL && at->generation == (uint32_t)child >> PLACE_BITS ? at : NULL;
}

/* ---- start ---- */

static void
run(void *argument, const execz_waiter *waiter)
{
    spawned *self = argument;
    uint32_t forks = ez_forked_count();

    self->call.face.waiter = waiter;
    self->result = self->function(&self->call.face, self->argument);
    if (ez_forked_count() != forks) {
        ez_forked_end(self->call.body->task);
    }
    ez_children_end(&self->call);
}

/* If the function fails for this and does not say why, the run's message is ours. */
static int32_t
refuse(ez_call *call, int32_t error)
{
    ez_call_notes *notes = ez_call_note(call);

    if (notes->childs_message == NULL && error == -EAGAIN) {
        notes->childs_message =
            g_strdup_printf("no more children can be started: where they are threads, there are at "
                            "most %u in a process; join some before starting more",
                            EXECZ_CHILD_THREADS_MAX);
    } else if (notes->childs_message == NULL && error != -ECANCELED && error != -ETIMEDOUT) {
        notes->childs_message = g_strdup_printf("cannot start a child: %s", g_strerror(-error));
    }
    return error;
}

int32_t
ez_children_spawn(execz_call *face, execz_child_function function, void *argument)
{
    ez_call *call = (ez_call *)face;
    ez_children *self = children_of(call);
    spawned *one;
    int32_t result;

    if (self->first_free == 0 && self->n == PLACES_MAX) {
        return refuse(call, -EAGAIN);
    }
    one = g_new0(spawned, 1);
    ez_call_init(&one->call, call->body, NULL);
    one->call.is_child = true;
    one->function = function;
    one->argument = argument;
    result = face->waiter->spawn(face->waiter->self, run, one, &one->child);
    if (result < 0) {
        ez_call_deinit(&one->call);
        g_free(one);
        return refuse(call, result);
    }
    return insert(self, one);
}

/* ---- end ---- */

static void
take_over(char **mine, const char *childs)
{
    if (*mine == NULL && childs != NULL) {
        *mine = g_strdup(childs);
    }
}

static void
adopt(ez_call *call, const ez_call *child)
{
    const ez_call_notes *notes = child->notes;

    if (notes != NULL) {
        take_over(&call->notes->childs_message,
                  notes->message != NULL ? notes->message : notes->childs_message);
        take_over(&call->notes->childs_error, ez_call_mistake(child));
    }
}

static void
bury(ez_call *call, place *at)
{
    ez_children *self = call->notes->children;

    adopt(call, &at->one->call);
    ez_call_deinit(&at->one->call);
    g_free(at->one);
    at->one = NULL;
    at->generation = (at->generation + 1) & GENERATION_MASK;
    at->next_free = self->first_free;
    self->first_free = (uint32_t)(at - self->places) + 1;
}

int32_t
ez_children_join(execz_call *face, int32_t child, execz_duration timeout, int32_t *result_out)
{
    ez_call *call = (ez_call *)face;
    const place *at = find(call, child);
    int32_t result;

    if (at == NULL) {
        return -ECHILD;
    }
    result = face->waiter->join(face->waiter->self, at->one->child, timeout);
    if (result < 0) {
        return result;
    }
    if (result_out != NULL) {
        *result_out = at->one->result;
    }
    bury(call, find(call, child));
    return 0;
}

int32_t
ez_children_cancel(execz_call *face, int32_t child)
{
    const place *at = find((ez_call *)face, child);

    return at == NULL ? -ECHILD : face->waiter->cancel(face->waiter->self, at->one->child);
}

void
ez_children_end(ez_call *call)
{
    ez_children *self = call->notes != NULL ? call->notes->children : NULL;
    const execz_waiter *waiter = call->face.waiter;

    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->n; i++) {
        if (self->places[i].one != NULL) {
            (void)waiter->cancel(waiter->self, self->places[i].one->child);
        }
    }
    for (uint32_t i = 0; i < self->n; i++) {
        if (self->places[i].one != NULL && ez_child_end(waiter->self, self->places[i].one->child)) {
            bury(call, &self->places[i]);
        }
    }
    g_free(self->places);
    g_clear_pointer(&call->notes->children, g_free);
}
