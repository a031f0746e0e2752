/* SPDX-License-Identifier: MIT */
/* What does not fit into the ring crosses all the same. */
#include "harness.h"
#include "support/effort.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

TestSuite(large, .fini = close_pool);

/* More than an arena keeps. */
#define MANY ((size_t)EFFORT(64, 20) << 20)

/* {"text": "aaa..."} of so many bytes. */
static char *
object_of(size_t length)
{
    static const char head[] = "{\"text\": \"", some[] = "abcdefghijklmnopqrstuvw";
    char *text = malloc(length + sizeof some);

    for (size_t i = 0; i < length; i += sizeof some - 1) {
        memcpy(text + i, some, sizeof some - 1);
    }
    text[length - 2] = '"';
    text[length - 1] = '}';
    text[length] = '\0';
    memcpy(text, head, sizeof head - 1);
    return text;
}

static void
expect_crossing(size_t length)
{
    char *args = object_of(length);
    uint64_t sum = 0, word = 0;
    char expected[64];

    for (size_t i = 0; i < length; i += sizeof word) {
        memcpy(&word, args + i, length - i < sizeof word ? length - i : sizeof word);
        sum = sum * 31 + word;
    }
    (void)snprintf(expected, sizeof expected, "[%zu, %llu]", length,
                   (unsigned long long)(sum % 1000000007));
    cr_expect(eq(str, call("pool_bodies:length", args)->value, expected));
    free(args);
}

Test(large, arguments_of_all_sizes_cross)
{
    static const size_t lengths[] = {
        20,    200,   400,   500,   512,     1000,          60000,
        65000, 65536, 66000, 70000, 1 << 20, (1 << 20) + 1, EFFORT(5000000, 2000000)};

    open_pool("max_workers", "1", NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        expect_crossing(lengths[i]);
    }
}

#ifndef EZ_TESTS_THREADS_WATCHED
Test(large, many_mebibytes_of_arguments_cross)
{
    open_pool("max_workers", "1", NULL);
    expect_crossing(MANY);
    expect_crossing(MANY);
    expect_crossing(100);
}
#endif

static void
expect_result(size_t length)
{
    char args[64];

    (void)snprintf(args, sizeof args, "{\"length\": %zu}", length);
    const ended *end = call("pool_bodies:blob", args);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(
        all(eq(sz, end->value_length, length), eq(sz, strspn(end->value + 1, "x"), length - 2)));
}

Test(large, results_of_all_sizes_cross)
{
    static const size_t lengths[] = {2,     100,   60000,   65535,         65536,
                                     65537, 70000, 1 << 20, (1 << 20) + 1, EFFORT(16, 2) << 20};

    open_pool("max_workers", "1", NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        expect_result(lengths[i]);
    }
}

#ifndef EZ_TESTS_THREADS_WATCHED
Test(large, many_mebibytes_of_output_cross)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    char shell[80];

    open_pool("max_workers", "1", NULL);
    (void)snprintf(shell, sizeof shell, "head -c %zu /dev/zero | tr '\\0' x", MANY);
    spec.shell = shell;
    spec.output_limit = MANY;
    add_spec("speaks", &spec);
    run_task("speaks");
    const ended *end = await_ends("speaks", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_OK), eq(sz, strlen(end->output), MANY)));
}
#endif

Test(large, many_results_do_not_fill_the_ring_for_ever)
{
    open_pool("max_workers", "2", NULL);
    add_function("blob", "pool_bodies:blob", "{\"length\": 60000}");
    for (int i = 0; i < EFFORT(200, 50); i++) {
        run_task("blob");
    }
    cr_expect(eq(u32, await_ends("blob", EFFORT(200, 50))->outcome, EXECZ_OUTCOME_OK));
}

Test(large, a_worker_that_dies_with_large_arguments_is_replaced)
{
    char *args = object_of((size_t)EFFORT(8, 2) << 20);

    memcpy(args, "{\"how\":\"kill\",\"text\":\"", 22);
    open_pool("max_workers", "1", NULL);
    cr_expect(eq(u32, call("pool_bodies:crash", args)->outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(eq(u32, call("pool_bodies:length", args)->outcome, EXECZ_OUTCOME_OK));
    free(args);
}

#ifndef EXECZ_TEST_SANITIZED /* whose leak check needs a descriptor when the worker ends */
Test(large, arguments_do_not_hang_in_a_worker_without_descriptors)
{
    char *args = object_of((size_t)100 << 10);

    open_pool("max_workers", "1", "rlimit_nofile", "64", NULL);
    cr_expect(eq(u32, call("pool_bodies:keep_all", NULL)->outcome, EXECZ_OUTCOME_OK));
    const ended *end = call("pool_bodies:length", args);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  ne(ptr, strstr(end->message, "no descriptor left"), NULL)),
              "%s", end->message);
    cr_expect(eq(u32, call("pool_bodies:length", args)->outcome, EXECZ_OUTCOME_OK));
    free(args);
}
#endif

enum { DESCRIPTORS = 256 };

/* Takes all descriptors that this process may have; returns how many. */
static unsigned
take_descriptors(int *fds)
{
    struct rlimit limits;
    unsigned n = 0;

    (void)getrlimit(RLIMIT_NOFILE, &limits);
    limits.rlim_cur = DESCRIPTORS;
    (void)setrlimit(RLIMIT_NOFILE, &limits);
    while (n < DESCRIPTORS && (fds[n] = dup(0)) >= 0) {
        n++;
    }
    return n;
}

Test(large, a_result_for_which_the_host_has_no_descriptor_says_so)
{
    int fds[DESCRIPTORS];
    unsigned n;

    open_pool("max_workers", "1", NULL);
    int process = number_in(call("pool_bodies:process", NULL)->value, 0);
    (void)await_spare();
    n = take_descriptors(fds);
    const ended *end = call("pool_bodies:blob", "{\"length\": 100000}");

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  ne(ptr, strstr(end->message, "raise its limit of open files"), NULL)),
              "%s", end->message);
    while (n > 0) {
        close(fds[--n]);
    }
    expect_result(100000);
    cr_expect(eq(int, number_in(call("pool_bodies:process", NULL)->value, 0), process));
}
