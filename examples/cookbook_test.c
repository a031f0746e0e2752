/* SPDX-License-Identifier: MIT */
/* A test of functions: no scheduler, no thread, each function is run as a worker would run it.
 * The argument is the directory in which cookbook.so lies. */
#include <execz/worker.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

static execz_bodies *bodies;
static int n_failed;

/* Runs function with args; its result, or its message, has to be what is expected. */
static void
expect(const char *function, const char *args, execz_duration timeout, uint32_t outcome,
       const char *expected)
{
    execz_task task = {.size = sizeof task,
                       .kind = EXECZ_TASK_FUNCTION,
                       .id = "test",
                       .name = "test",
                       .function = function,
                       .args = args,
                       .args_length = strlen(args)};
    execz_body_facts facts = {.size = sizeof facts,
                              .attempt = 1,
                              .run = 1,
                              .deadline_monotonic = EXECZ_NO_DEADLINE,
                              .executor = "test"};
    execz_result result = {.size = sizeof result};
    struct timespec now;
    const char *got;

    if (timeout > 0) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        facts.deadline_monotonic = now.tv_sec * EXECZ_SECOND + now.tv_nsec + timeout;
    }
    execz_bodies_run(bodies, &task, &facts, NULL, &result);
    got = result.value != NULL ? result.value : result.message;
    if (result.outcome != outcome || strcmp(got != NULL ? got : "", expected) != 0) {
        printf("%s %s: outcome %u, %s\n", function, args, result.outcome, got);
        n_failed++;
    }
}

int
main(int argc, char **argv)
{
    const char *const path[] = {argc > 1 ? argv[1] : NULL, NULL};
    execz_bodies_options options = {.size = sizeof options, .function_path = path};
    execz_error err = EXECZ_ERROR_INIT;

    bodies = execz_bodies_new(&options, &err);
    if (bodies == NULL || execz_bodies_preload(bodies, "cookbook", &err) != EXECZ_OK) {
        printf("%s\n", err.message);
        return 1;
    }
    expect("cookbook:price", "{\"item\": \"tea\", \"amount\": 2}", 0, EXECZ_OUTCOME_OK,
           "{\"amount\": 2, \"cost\": 19.00}");
    expect("cookbook:price", "{\"item\": \"tea\", \"amount\": -1}", 0, EXECZ_OUTCOME_ERROR,
           "cannot sell -1 of tea");
    expect("cookbook:price", "{\"amount\": \"two\"}", 0, EXECZ_OUTCOME_ERROR,
           "argument 'amount' must be a whole number, not a text");
    expect("cookbook:quote", "{}", 0, EXECZ_OUTCOME_OK, "\"\\\"quoted\\\"\\n\"");
    expect("cookbook:remove_file", "{}", 0, EXECZ_OUTCOME_ERROR,
           "which file? give it as the argument path");
    expect("cookbook:receipt", "{}", 0, EXECZ_OUTCOME_OK,
           "{\"task\": \"test\", \"key\": \"test@1970-01-01T00:00:00Z\", \"attempt\": 1}");
    expect("cookbook:nap", "{\"milliseconds\": 1}", 0, EXECZ_OUTCOME_OK, "1");
    expect("cookbook:nap", "{\"milliseconds\": 3600000}", 10 * EXECZ_MILLISECOND,
           EXECZ_OUTCOME_TIMEOUT, "timed out");
    expect("cookbook:drain", "{\"path\": \"/dev/null\"}", 0, EXECZ_OUTCOME_OK, "0");
    expect("cookbook:primes", "{\"limit\": 100}", 0, EXECZ_OUTCOME_OK, "25");
    expect("cookbook:lookup", "{\"host\": \"127.0.0.1\"}", 0, EXECZ_OUTCOME_OK, "3");
    expect("cookbook:primes_in_parts", "{\"limit\": 10000}", 0, EXECZ_OUTCOME_OK, "1229");
    expect("cookbook:impatient", "{}", 0, EXECZ_OUTCOME_OK, "1");
    execz_bodies_free(bodies);
    printf("%d failed\n", n_failed);
    return n_failed > 0;
}
