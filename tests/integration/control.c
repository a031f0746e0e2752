/* SPDX-License-Identifier: MIT */
/* The commands that ask a running scheduler, with the real program on both sides. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <execz/types.h>
#include <jansson.h>

#define POOL "[executor:default]\ntype = threadpool\n"
#define HOURLY POOL "[task:a]\nevery = 1h\nshell = echo ran\n"

static json_t *
json_of(const ended *result)
{
    json_t *value = json_loads(result->out, 0, NULL);

    cr_assert(value != NULL, "%s%s", result->out, result->err);
    return value;
}

/* ---- reading -------------------------------------------------------------------------------- */

Test(control, list_tells_when_next_how_it_went_and_why_not)
{
    live execz = start_listening(HOURLY "[task:b]\nat = now\nfunction = nowhere:x\n"
                                        "[task:c]\nevery = 1h\nshell = exit 3\n"
                                        "[task:d]\nevery = 1h\nshell = true\n");
    ended result;

    await(&execz, "BLOCKED        b ");
    cr_expect(eq(int, run_execz("run", "c", NULL).status, 0));
    await(&execz, "ERROR          c ");
    cr_expect(eq(int, run_execz("pause", "d", "--reason", "disk is full", NULL).status, 0));
    result = run_execz("list", NULL);
    cr_expect(eq(int, result.status, 0));
    cr_expect(line_with(result.out, "a     scheduled  ", "(in 59m ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "b     blocked ", "no function module 'nowhere'") != NULL, "%s",
              result.out);
    cr_expect(line_with(result.out, "c     scheduled  ", "  error ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "d     paused ", "  disk is full") != NULL, "%s", result.out);
    expect_in(result.out, "\n4 tasks, 1 paused, 1 blocked\n");
    result = run_execz("list", "--state", "paused", "--json", NULL);
    expect_in(result.out, "\"task\": \"d\"");
    expect_not_in(result.out, "\"task\": \"a\"");
    end_listening(&execz);
}

Test(control, status_and_inspect_answer_people_and_programs)
{
    live execz = start_listening(HOURLY);
    ended result = run_execz("status", NULL);
    json_t *status, *task;

    expect_in(result.out, ": running\n");
    expect_in(result.out, "tasks       1: 1 scheduled, 0 paused, 0 blocked\n");
    cr_expect(line_with(result.out, "default", "threadpool") != NULL, "%s", result.out);
    result = run_execz("status", "--json", NULL);
    status = json_of(&result);
    cr_expect(eq(int, (int)json_integer_value(json_object_get(status, "pid")), (int)execz.pid));
    json_decref(status);
    result = run_execz("inspect", "a", "--runs", "2", "--json", NULL);
    task = json_of(&result);
    cr_expect(eq(sz, json_array_size(json_object_get(task, "next_runs")), 2));
    cr_expect(eq(int, (int)json_integer_value(json_object_get(task, "max_instances")), 1));
    json_decref(task);
    result = run_execz("inspect", "a", NULL);
    expect_in(result.out, "  command            /bin/sh -c 'echo ran'\n");
    result = run_execz("timeline", "--for", "3h", NULL);
    cr_expect(line_with(result.out, "a   ", " .") != NULL, "%s", result.out);
    end_listening(&execz);
}

/* ---- changing ------------------------------------------------------------------------------- */

Test(control, a_dry_run_changes_nothing)
{
    static const char *const words[] = {"run", "pause", "resume", "remove"};
    live execz = start_listening(HOURLY);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        ended result = run_execz(words[i], "a", "--dry-run", NULL);

        cr_expect(eq(int, result.status, 0), "%s%s", words[i], result.err);
        expect_in(result.out, "would ");
    }
    expect_in(run_execz("list", NULL).out, "\n1 task\n");
    end_listening(&execz);
    expect_not_in(execz.text, "MODIFIED");
    expect_not_in(execz.text, "SUBMITTED");
}

Test(control, what_is_paused_goes_on_and_what_is_removed_is_gone)
{
    live execz = start_listening(HOURLY);

    expect_in(run_execz("pause", "a", "--for", "2h", NULL).out, "task 'a' is paused\n");
    expect_in(run_execz("list", NULL).out, "until 20");
    expect_in(run_execz("resume", "a", NULL).out, "task 'a' goes on; next: ");
    expect_in(run_execz("pause", "--all", NULL).out, "the scheduler is paused\n");
    expect_in(run_execz("status", NULL).out, ": paused\n");
    expect_in(run_execz("resume", "--all", NULL).out, "the scheduler goes on\n");
    expect_in(run_execz("remove", "a", NULL).out, "task 'a' is removed");
    expect_in(run_execz("list", NULL).out, "0 tasks\n");
    end_listening(&execz);
}

Test(control, each_command_says_that_there_is_no_such_task)
{
    static const char *const words[] = {"run", "pause", "resume", "remove", "inspect"};
    live execz = start_listening(HOURLY);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        ended result = run_execz(words[i], "nope", NULL);

        cr_expect(eq(int, result.status, 5), "%s", words[i]);
        cr_expect(eq(str, result.err, (char *)"execz: there is no task 'nope'\n"));
    }
    end_listening(&execz);
}

/* ---- the socket ----------------------------------------------------------------------------- */

Test(control, without_a_scheduler_commands_exit_with_4_and_say_how_to_start_one)
{
    ended result = run_execz("list", NULL);

    cr_expect(eq(int, result.status, 4));
    expect_in(result.err, "execz: no scheduler listens at ");
    expect_in(result.err, "; start one with: execz start\n");
}

Test(control, without_a_configuration_there_is_an_empty_scheduler)
{
    live execz = start_execz("start", NULL);

    await(&execz, "execz: listening at ");
    expect_in(run_execz("status", NULL).out, "config      none\n");
    expect_in(run_execz("list", NULL).out, "0 tasks\n");
    end_listening(&execz);
    cr_expect(ne(int, access(own_path("execz.sock"), F_OK), 0));
    cr_expect(ne(int, access(own_path("execz.sock.lock"), F_OK), 0));
}

Test(control, a_second_scheduler_on_one_socket_refuses_and_names_the_first)
{
    live execz = start_listening(HOURLY);
    g_autofree char *pid = g_strdup_printf("as process %d;", (int)execz.pid);
    ended second = run_execz("start", "-c", "tasks.conf", NULL);

    cr_expect(eq(int, second.status, 7));
    expect_in(second.err, pid);
    expect_in(run_execz("list", NULL).out, "\n1 task\n");
    end_listening(&execz);
}

Test(control, a_socket_that_a_killed_scheduler_left_behind_is_taken_over)
{
    live first = start_listening(HOURLY);
    live second;

    cr_assert(eq(int, kill(first.pid, SIGKILL), 0));
    (void)await_end(&first);
    cr_expect(eq(int, access(own_path("execz.sock"), F_OK), 0));
    cr_expect(eq(int, run_execz("list", NULL).status, 4));
    second = start_listening(HOURLY);
    expect_in(run_execz("list", NULL).out, "\n1 task\n");
    end_listening(&second);
}

Test(control, only_its_user_sees_the_socket_and_a_file_in_its_place_stays)
{
    live execz = start_listening(HOURLY);
    struct stat is;
    ended result;

    cr_assert(eq(int, lstat(own_path("execz.sock"), &is), 0));
    cr_expect(eq(uint, is.st_mode & 0777, 0600));
    end_listening(&execz);
    own_file("execz.sock", "precious");
    result = run_execz("start", "-c", "tasks.conf", NULL);
    cr_expect(eq(int, result.status, 7));
    expect_in(result.err, "is there and is no socket; ");
    cr_expect(eq(int, access(own_path("execz.sock"), F_OK), 0));
}

Test(control, a_configuration_can_say_where_it_listens)
{
    live execz = start_listening("[scheduler]\nsocket = other.sock\n" HOURLY);

    cr_expect(eq(int, run_execz("list", NULL).status, 4));
    expect_in(run_execz("list", "--socket", "other.sock", NULL).out, "\n1 task\n");
    end_listening(&execz);
}

Test(control, a_list_comes_in_parts_of_as_many_tasks_as_are_asked_for)
{
    live execz = start_listening(HOURLY "[task:b]\nevery = 2h\nshell = true\n"
                                        "[task:c]\nevery = 3h\nshell = true\n");
    int fd = connect_to_execz();
    const char *line;

    cr_assert(send_text(fd, "{\"execz\": 1, \"do\": \"list\", \"part\": 2, \"id\": 7}\n"));
    line = receive_line(fd);
    expect_in(line, "{\"execz\":1,\"ok\":true,\"id\":7,\"more\":true,\"result\":{\"tasks\":[");
    expect_in(line, "\"task\":\"a\"");
    expect_in(line, "\"task\":\"b\"");
    line = receive_line(fd);
    expect_in(line, "{\"execz\":1,\"ok\":true,\"id\":7,\"result\":{\"tasks\":[");
    expect_in(line, "\"task\":\"c\"");
    close(fd);
    end_listening(&execz);
}

/* ---- who speaks badly ----------------------------------------------------------------------- */

Test(control, each_bad_request_is_answered_with_what_is_wrong)
{
    live execz = start_listening(HOURLY);
    int fd = connect_to_execz();
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    cr_assert(g_file_get_contents(EXECZ_SOURCE_DIR "/tests/data/control/bad-requests.txt", &text,
                                  NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL && **line == '>'; line += 2, n++) {
        g_autofree char *request = g_strconcat(*line + 2, "\n", NULL);
        g_autoptr(GString) expected = g_string_new(line[1] + 2);
        char *answer;

        g_string_replace(expected, "@VERSION@", EXECZ_VERSION, 0);
        cr_assert(send_text(fd, request));
        answer = receive_line(fd);
        cr_expect(eq(str, answer, expected->str), "to %s", request);
    }
    cr_expect(ge(uint, n, 95));
    close(fd);
    end_listening(&execz);
}

Test(control, a_request_without_an_end_is_refused_at_its_limit)
{
    live execz = start_listening(HOURLY);
    int fd = connect_to_execz();
    g_autofree char *piece = g_strnfill(65536, ' ');
    char *answer;

    while (send_text(fd, piece)) {
    }
    answer = receive_line(fd);
    cr_assert(answer != NULL);
    expect_in(answer, "\"code\":\"limit\",\"message\":\"a request has at most 1048576 bytes\"");
    cr_expect(receive_line(fd) == NULL);
    close(fd);
    end_listening(&execz);
}

/* As many requests as go out without waiting. */
static void
ask_without_reading(int fd)
{
    static const char request[] =
        "{\"execz\": 1, \"do\": \"inspect\", \"task\": \"a\", \"runs\": 1000}\n";

    while (send(fd, request, strlen(request), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    }
}

Test(control, clients_that_never_read_hold_up_neither_tasks_nor_other_clients)
{
    live execz = start_listening(HOURLY);
    int silent[20];

    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++) {
        silent[i] = connect_to_execz();
        ask_without_reading(silent[i]);
    }
    cr_expect(eq(int, run_execz("run", "a", NULL).status, 0));
    await(&execz, "EXECUTED       a ");
    expect_in(run_execz("list", NULL).out, "\n1 task\n");
    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++) {
        close(silent[i]);
    }
    end_listening(&execz);
}
