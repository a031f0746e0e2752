/* SPDX-License-Identifier: MIT */
/* How much stack a coroutine that sleeps has touched, from the host's call down to the executor's
 * waiter.  The thread's stack is painted, and looked at when the waiter is reached. */
#include "fixture.h"

#include <pthread.h>
#include <sys/mman.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which enlarge every frame */

#define STACK_LENGTH (256 * 1024)
#define PAINT 0xa5

/* A page holds these frames, those of the executor and the host above them, and the coroutine's
 * control block. */
#if defined __OPTIMIZE__
#define DEPTH_MAX 1024
#else
#define DEPTH_MAX 1536
#endif

static fixture f;
static unsigned char *stack;
static unsigned char *top; /* where the body starts */
static size_t touched;

static int32_t
measure(void *self, execz_duration duration)
{
    unsigned char *low = stack;

    while (*low == PAINT) {
        low++;
    }
    touched = (size_t)(top - low);
    return 0;
}

static execz_status
nap(execz_call *call)
{
    return execz_sleep(call, EXECZ_HOUR) < 0 ? EXECZ_E_FAIL : EXECZ_OK;
}

static const execz_function function = {
    .size = sizeof function, .kind = EXECZ_TASK_COROUTINE, .name = "nap", .call = nap};

static void *
run_body(void *unused)
{
    unsigned char here;

    top = &here;
    memset(stack, PAINT, (size_t)(top - stack) - 512); /* memset()'s own frame is in there */
    ez_body_run(f.modules, &f.body, &f.outcome);
    return NULL;
}

Test(stack, a_coroutine_that_sleeps_has_touched_little_of_it)
{
    _Atomic(const void *) resolved = &function; /* as it was looked up when it was sent */
    execz_waiter waiter = {.size = offsetof(execz_waiter, spawn), .sleep = measure};
    pthread_attr_t attributes;
    pthread_t thread;

    stack = mmap(NULL, STACK_LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fixture_init(&f, EXECZ_TASK_COROUTINE);
    fixture_timeout(&f, EXECZ_DAY);
    f.body.waiter = &waiter;
    f.body.resolved = &resolved;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, STACK_LENGTH);
    for (int i = 0; i < 2; i++) { /* the first time the loader binds symbols */
        cr_assert(eq(int, pthread_create(&thread, &attributes, run_body, NULL), 0));
        pthread_join(thread, NULL);
    }
    pthread_attr_destroy(&attributes);
    cr_log_info("from the host's call to the executor's waiter: %zu bytes", touched);
    cr_expect(all(gt(sz, touched, 0), le(sz, touched, DEPTH_MAX)), "%zu bytes", touched);
    fixture_deinit(&f);
    munmap(stack, STACK_LENGTH);
}
#endif
