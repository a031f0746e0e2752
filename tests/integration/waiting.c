/* SPDX-License-Identifier: MIT */
/* Clients that wait for runs to end: they hear of them, and of nothing else, and are in nobody's way. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "daemon/waiting.h"

#define TWO                                                                                        \
    "[executor:default]\ntype = threadpool\n"                                                      \
    "[task:a]\nevery = 1h\nshell = echo ran\n[task:b]\nevery = 1h\nshell = true\n"

static void
ask_and_wait(int fd, const char *task, unsigned seconds)
{
    g_autofree char *request =
        g_strdup_printf("{\"execz\": 1, \"do\": \"history\", \"task\": \"%s\", \"wait\": %u}\n",
                        task, seconds);

    cr_assert(send_text(fd, request));
}

static bool
is_silent(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, 0) == 0;
}

Test(waiting, an_answer_is_held_back_until_a_run_of_its_task_has_ended)
{
    live execz = start_listening(TWO);
    int fd = connect_to_execz();
    const char *line;

    ask_and_wait(fd, "a", 3600);
    cr_expect(eq(int, run_execz("run", "b", "--wait", NULL).status, 0));
    cr_expect(is_silent(fd));
    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    line = receive_line(fd);
    expect_in(line, "\"task\":\"a\"");
    expect_in(line, "\"outcome\":\"ok\"");
    ask_and_wait(fd, "a", 3600); /* there is one already */
    expect_in(receive_line(fd), "\"outcome\":\"ok\"");
    close(fd);
    end_listening(&execz);
}

Test(waiting, only_what_comes_after_a_record_ends_the_wait_for_more)
{
    live execz = start_listening(TWO);
    int fd = connect_to_execz();
    g_autofree char *request = NULL;
    const char *id;

    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 0));
    id = strstr(run_execz("history", "--json", NULL).out, "\"id\":");
    cr_assert(id != NULL);
    request = g_strdup_printf("{\"execz\":1,\"do\":\"history\",\"after\":%.*s,\"wait\":3600}\n",
                              (int)strcspn(id + 5, ","), id + 5);
    cr_assert(send_text(fd, request));
    cr_expect(eq(int, run_execz("status", NULL).status, 0));
    cr_expect(is_silent(fd));
    cr_expect(eq(int, run_execz("run", "b", NULL).status, 0));
    expect_in(receive_line(fd), "\"task\":\"b\"");
    close(fd);
    end_listening(&execz);
}

Test(waiting, a_wait_ends_with_its_time_or_with_the_scheduler)
{
    live execz = start_listening(TWO);
    int fd = connect_to_execz();

    ask_and_wait(fd, "a", 1);
    expect_in(receive_line(fd), "\"ok\":true,\"result\":{\"records\":[]}");
    ask_and_wait(fd, "a", 3600);
    cr_expect(eq(int, run_execz("status", NULL).status, 0)); /* it waits by now */
    end_listening(&execz);
    expect_in(receive_line(fd), "\"ok\":true,\"result\":{\"records\":[]}");
    cr_expect(receive_line(fd) == NULL);
    close(fd);
}

Test(waiting, there_is_a_limit_for_those_who_wait_and_others_are_answered)
{
    live execz = start_listening(TWO);
    int fds[EZ_WAITING_MAX + 1];
    int n_told = 0, n_refused = 0;

    for (int i = 0; i <= EZ_WAITING_MAX; i++) {
        fds[i] = connect_to_execz();
        ask_and_wait(fds[i], "a", 3600);
    }
    cr_expect(eq(int, run_execz("run", "b", "--wait", NULL).status, 1));
    await(&execz, "EXECUTED       b ");
    cr_expect(eq(int, run_execz("history", "b", NULL).status, 0));
    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    for (int i = 0; i <= EZ_WAITING_MAX; i++) { /* which of them came last, the scheduler knows */
        const char *line = receive_line(fds[i]);

        n_told += strstr(line, "\"task\":\"a\"") != NULL;
        n_refused += strstr(line, "\"limit\",\"message\":\"128 clients wait for runs") != NULL;
        close(fds[i]);
    }
    cr_expect(eq(int, n_told, EZ_WAITING_MAX));
    cr_expect(eq(int, n_refused, 1));
    end_listening(&execz);
}

Test(waiting, logs_that_are_followed_show_what_ends_and_end_with_the_scheduler)
{
    live execz = start_listening(TWO);
    live logs = start_execz("logs", "a", "-f", NULL);

    await(&logs, "no run of task 'a' has ended yet\n");
    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&logs, ": ok\nran\n");
    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&logs, ": ok\nran\n");
    end_listening(&execz);
    cr_expect(eq(int, await_end(&logs), 4), "%s", logs.text);
    cr_expect(strstr(logs.text, "no scheduler listens at ") != NULL, "%s", logs.text);
}
