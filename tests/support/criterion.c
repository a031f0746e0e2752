/* SPDX-License-Identifier: MIT */
/* What the macros of Criterion call, in the process of a test: fixtures, checks that fail, ends. */
#include "support/runner.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const ez_test *current;
static pthread_t main_thread;
static sigjmp_buf after_body;
static bool in_body;

static void
call(void (*fixture)(void))
{
    if (fixture != NULL) {
        fixture();
    }
}

/* Goes on with the fixtures that end the test, or without if they cannot be reached from here. */
static void CR_NORETURN
leave_body(int status)
{
    if (in_body && pthread_equal(pthread_self(), main_thread)) {
        siglongjmp(after_body, 1);
    }
    _exit(status);
}

void
criterion_internal_test_setup(void)
{
    if (current->suite != NULL) {
        call(current->suite->data->init);
    }
    call(current->test->data->init);
}

void
criterion_internal_test_main(void (*body)(void))
{
    if (sigsetjmp(after_body, 0) == 0) {
        in_body = true;
        body();
    }
    in_body = false;
}

void
criterion_internal_test_teardown(void)
{
    call(current->test->data->fini);
    if (current->suite != NULL) {
        call(current->suite->data->fini);
    }
}

void
criterion_continue_test(void)
{
}

void
criterion_abort_test(void)
{
    leave_body(EXIT_FAILURE);
}

void
criterion_skip_test(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(current->report->why, sizeof current->report->why, format, arguments);
    va_end(arguments);
    current->report->skipped = true;
    leave_body(EXIT_SUCCESS);
}

void
cr_log(enum criterion_severity severity, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    (void)severity;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "[----] %s%s", text, text[0] == '\0' || strchr(text, '\n') == NULL ? "\n" : "");
}

static void
describe(FILE *out, const struct cri_assert_node *node, int depth)
{
    int indent = 2 * depth;

    if (node->message != NULL && node->message[0] != '\0') {
        fprintf(out, "%*s%s\n", indent, "", node->message);
    }
    if (node->repr != NULL) {
        fprintf(out, "%*s%s\n", indent, "", node->repr);
    }
    for (const struct cri_assert_param *param = node->params;
         param < node->params + CRI_ASSERT_MAX_PARAMS && param->name != NULL; param++) {
        fprintf(out, "%*s%s: %s\n", indent + 2, "", param->name,
                param->type == CRI_ASSERT_RT_STR ? (const char *)param->data : "(bytes)");
    }
    for (uint32_t i = 0; i < node->nchild; i++) {
        if (!node->children[i].pass) {
            describe(out, &node->children[i], depth + 1);
        }
    }
}

void
cri_assert_node_send(const char *file, size_t line, struct cri_assert_node *tree)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    __atomic_add_fetch(&current->report->failures, 1, __ATOMIC_RELAXED);
    fprintf(out, "[----] %s:%zu: %s/%s: this does not hold\n", file, line, current->test->category,
            current->test->name);
    describe(out, tree, 1);
    fclose(out);
    fputs(text, stderr);
    free(text);
}

#ifdef __SANITIZE_THREAD__
__attribute__((visibility("default"))) const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
    return "die_after_fork=0";
}

static void *
do_nothing(void *nothing)
{
    return nothing;
}

/* The sanitizer has a thread of its own, which no fork has.  It comes back with the first new one:
 * before the test, which may count threads. */
static void
bring_back_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0) {
        pthread_join(thread, NULL);
    }
}
#else
static void
bring_back_thread(void)
{
}
#endif

void
ez_test_run(const ez_test *self)
{
    bring_back_thread();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    current = self;
    main_thread = pthread_self();
    self->test->test();
    exit(EXIT_SUCCESS);
}
