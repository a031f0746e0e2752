/* SPDX-License-Identifier: MIT */
/* Cancelling comes in two kinds.  A child that is cancelled stays so: each of its waits is refused.
 * A run that is cancelled is told once, by the wait it is in; the host has marked the run, and says
 * no to each further wait of its body by itself.  What waits after that knows what it does, as a
 * command that grants its process a last few seconds, and must not be refused, or it would block
 * the thread.  For a command even the one word could come late, when it waits for that; so its wait
 * for a descriptor just returns no event, and it looks for itself.
 *
 * A function that was offloaded cannot be called off once it runs: it uses the stack of its caller,
 * who therefore stays. */
#include "waiter.h"

#include "loop.h"
#include "pool.h"

#include <errno.h>
#include <poll.h>

#define EVENTS_ALL                                                                                 \
    (POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | POLLRDHUP)
/* What poll(2) says of a regular file. */
#define EVENTS_FILE (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

/* Whether it is self that calls; another thread, or another coroutine, would tear the stacks. */
static bool
is_running(const coroutine *self)
{
    const loop *on = self->loop;

    return atomic_load_explicit(&on->thread, memory_order_relaxed) == pthread_self() &&
           atomic_load_explicit(&on->current, memory_order_relaxed) == self;
}

static int32_t
check(const coroutine *self)
{
    if (!is_running(self)) {
        return -EPERM;
    }
    return self->cancelled ? -ECANCELED : 0;
}

/* ---- time ------------------------------------------------------------------------------------ */

static int32_t
yield_now(void *user)
{
    coroutine *self = user;
    int32_t result = check(self);

    if (result == -EPERM) {
        return result;
    }
    self->result = result; /* a cancelled one lets others go first as well, or it could spin */
    loop_push_ready(self->loop, self);
    return coroutine_suspend(self, COROUTINE_YIELDED);
}

static int32_t
sleep_for(void *user, execz_duration duration)
{
    coroutine *self = user;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (duration <= 0) {
        return yield_now(self);
    }
    if (!loop_set_timer(self->loop, self, duration, 0)) {
        return -ENOMEM;
    }
    return coroutine_suspend(self, COROUTINE_WAITING);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

/* Looks without waiting. */
static int32_t
look(int32_t descriptor, int32_t events)
{
    struct pollfd one = {.fd = descriptor, .events = (short)events};

    if (descriptor < 0 || poll(&one, 1, 0) < 0 || (one.revents & POLLNVAL) != 0) {
        return -EBADF;
    }
    return one.revents != 0 ? one.revents : -ETIMEDOUT;
}

static int32_t
suspend_for(coroutine *self, int32_t descriptor, watch *one, execz_duration timeout)
{
    int32_t result = watches_add(self->loop, descriptor, one);

    if (result != 0) {
        return result > 0 ? (int32_t)(one->events & EVENTS_FILE) : result;
    }
    if (!loop_set_timer(self->loop, self, timeout, -ETIMEDOUT)) {
        watches_remove(self->loop, descriptor, one);
        return -ENOMEM;
    }
    result = coroutine_suspend(self, COROUTINE_WAITING);
    if (result <= 0) {
        watches_remove(self->loop, descriptor, one);
    }
    return result;
}

static int32_t
wait_fd(void *user, int32_t descriptor, int32_t events, execz_duration timeout)
{
    coroutine *self = user;
    watch one = {.who = self, .events = (uint32_t)(events & EVENTS_ALL)};
    int32_t when_cancelled = self->when_cancelled;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (timeout == 0) {
        return look(descriptor, events);
    }
    self->when_cancelled = self->is_command ? 0 : -ECANCELED;
    result = suspend_for(self, descriptor, &one, timeout);
    self->when_cancelled = when_cancelled;
    return result;
}

static int32_t
wait_child(void *user, int32_t pidfd, execz_duration timeout)
{
    int32_t result = wait_fd(user, pidfd, POLLIN, timeout);

    return result > 0 ? 0 : result;
}

/* ---- what blocks ----------------------------------------------------------------------------- */

typedef struct offloaded {
    pool_job job; /* first */
    loop_message done_message;
    coroutine *caller;
    int32_t (*function)(void *);
    void *argument;
    int32_t result;
    bool done; /* [loop] */
} offloaded;

static void
take_done(loop *on, loop_message *message)
{
    offloaded *self = (offloaded *)(void *)((char *)message - offsetof(offloaded, done_message));

    self->done = true;
    loop_wake(on, self->caller, 0);
}

/* On a thread of the pool. */
static void
run_offloaded(pool_job *job)
{
    offloaded *self = (offloaded *)(void *)job;

    self->result = self->function(self->argument);
    loop_send(self->caller->loop, &self->done_message); /* self is gone then */
}

static int32_t
offload(void *user, int32_t (*function)(void *), void *argument)
{
    coroutine *self = user;
    offloaded call = {.job.run = run_offloaded,
                      .done_message.take = take_done,
                      .caller = self,
                      .function = function,
                      .argument = argument};
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (!pool_push_job(self->loop->pool, &call.job)) {
        return -EAGAIN;
    }
    result = coroutine_suspend(self, COROUTINE_WAITING);
    if (!call.done && pool_take_job(self->loop->pool, &call.job)) {
        return result;
    }
    while (!call.done) {
        (void)coroutine_suspend(self, COROUTINE_DEAF);
    }
    return call.result;
}

/* ---- children -------------------------------------------------------------------------------- */

static void
run_child(coroutine *self)
{
    self->child_entry(self->child_argument, &self->waiter);
    waiter_end_children(self);
}

static int32_t
spawn(void *user, void (*entry)(void *argument, const execz_waiter *waiter), void *argument,
      void **child_out)
{
    coroutine *self = user, *child;
    int32_t result = check(self);

    if (result < 0) {
        return result;
    }
    if (stack_pool_reserve(&self->loop->stacks) != STACK_OK) {
        return -EAGAIN;
    }
    child = loop_start(self->loop, run_child, self->owner);
    child->child_entry = entry;
    child->child_argument = argument;
    child->parent = self;
    child->previous_sibling = NULL;
    child->next_sibling = self->first_child;
    if (self->first_child != NULL) {
        self->first_child->previous_sibling = child;
    }
    self->first_child = child;
    *child_out = child;
    return 0;
}

static void
bury(coroutine *child)
{
    coroutine *before = child->previous_sibling, *after = child->next_sibling;

    *(before == NULL ? &child->parent->first_child : &before->next_sibling) = after;
    if (after != NULL) {
        after->previous_sibling = before;
    }
    loop_free(child->loop, child);
}

static int32_t
wait_for_end(coroutine *self, coroutine *child, execz_duration timeout, enum coroutine_state state)
{
    int32_t result = 0;

    if (child->state != COROUTINE_ENDED) {
        if (!loop_set_timer(self->loop, self, timeout, -ETIMEDOUT)) {
            return -ENOMEM;
        }
        self->joining = child;
        result = coroutine_suspend(self, state);
        self->joining = NULL;
    }
    if (child->state == COROUTINE_ENDED) {
        bury(child);
        result = 0;
    }
    return result;
}

static int32_t
join(void *user, void *child, execz_duration timeout)
{
    coroutine *self = user, *one = child;
    int32_t result = check(self);

    if (result == -EPERM || one == NULL || one->parent != self) {
        return result == -EPERM ? -EPERM : -ESRCH;
    }
    if (one->cancelled) { /* it ends soon, and must be gone before self can */
        return wait_for_end(self, one, timeout, COROUTINE_DEAF);
    }
    return result < 0 ? result : wait_for_end(self, one, timeout, COROUTINE_WAITING);
}

static void
cancel_child(coroutine *child)
{
    child->cancelled = 1;
    loop_interrupt(child->loop, child, -ECANCELED);
}

static int32_t
cancel(void *user, void *child)
{
    coroutine *self = user, *one = child;

    if (!is_running(self)) {
        return -EPERM;
    }
    if (one == NULL || one->parent != self) {
        return -ESRCH;
    }
    cancel_child(one);
    return 0;
}

void
waiter_end_children(coroutine *self)
{
    for (coroutine *at = self->first_child; at != NULL; at = at->next_sibling) {
        cancel_child(at);
    }
    while (self->first_child != NULL) {
        (void)wait_for_end(self, self->first_child, -1, COROUTINE_DEAF);
    }
}

/* The next of the tree below root, parents first; NULL after the last. */
static coroutine *
next_descendant(const coroutine *root, coroutine *at)
{
    if (at->first_child != NULL) {
        return at->first_child;
    }
    while (at != root && at->next_sibling == NULL) {
        at = at->parent;
    }
    return at == root ? NULL : at->next_sibling;
}

void
waiter_interrupt(coroutine *self)
{
    loop_interrupt(self->loop, self, self->when_cancelled);
    for (coroutine *at = next_descendant(self, self); at != NULL; at = next_descendant(self, at)) {
        cancel_child(at);
    }
}

void
waiter_init(execz_waiter *waiter, coroutine *self)
{
    *waiter = (execz_waiter){.size = sizeof *waiter,
                             .self = self,
                             .sleep = sleep_for,
                             .wait_fd = wait_fd,
                             .wait_child = wait_child,
                             .offload = offload,
                             .yield = yield_now,
                             .spawn = spawn,
                             .join = join,
                             .cancel = cancel};
}
