/* SPDX-License-Identifier: MIT */
/* The parts of the control socket by themselves: limits, who may ask, and what is said on the wire. */
#include "control/address.h"
#include "control/fault.h"
#include "control/wire.h"
#include "crontab.h"
#include "daemon/peer.h"
#include "daemon/rate.h"
#include "text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

Test(rate, a_user_has_a_burst_and_then_so_many_a_second)
{
    ez_rate *rate = ez_rate_new();
    execz_error err = EXECZ_ERROR_INIT;

    for (int i = 0; i < EZ_RATE_BURST; i++) {
        cr_assert(ez_rate_take(rate, 7, 0, &err));
    }
    cr_expect(not(ez_rate_take(rate, 7, 0, &err)));
    cr_expect(eq(i32, err.status, EXECZ_E_LIMIT));
    cr_expect(ez_rate_take(rate, 8, 0, &err), "another user has his own");
    for (int i = 0; i < EZ_RATE_PER_SECOND; i++) {
        cr_assert(ez_rate_take(rate, 7, EXECZ_SECOND, &err));
    }
    cr_expect(not(ez_rate_take(rate, 7, EXECZ_SECOND, &err)));
    ez_rate_free(rate);
}

static ez_peer *
new_peer(int *other_out)
{
    int pair[2];

    cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0));
    *other_out = pair[1];
    return ez_peer_new(pair[0]);
}

Test(peer, only_our_own_user_and_root_may_ask)
{
    execz_error err = EXECZ_ERROR_INIT;
    int other;
    ez_peer *peer = new_peer(&other);

    cr_expect(eq(uint, peer->uid, getuid()));
    cr_expect(ez_peer_is_allowed(peer, &err));
    peer->uid = 0;
    cr_expect(ez_peer_is_allowed(peer, &err));
    peer->uid = geteuid() + 12345;
    cr_expect(not(ez_peer_is_allowed(peer, &err)));
    cr_expect(eq(i32, err.status, EXECZ_E_PERMISSION));
    ez_peer_free(peer);
    close(other);
}

Test(peer, the_last_request_needs_no_end_of_its_line)
{
    int other;
    ez_peer *peer = new_peer(&other);
    size_t length;

    cr_assert(eq(int, (int)write(other, "one", 3), 3));
    ez_peer_read(peer);
    cr_expect(not(ez_peer_has_request(peer)));
    close(other);
    ez_peer_read(peer);
    cr_assert(ez_peer_has_request(peer));
    cr_expect(eq(int, strncmp(ez_peer_request(peer, &length), "one", 3), 0));
    cr_expect(eq(sz, length, 3));
    ez_peer_drop_request(peer);
    cr_expect(all(not(ez_peer_has_request(peer)), ez_peer_is_over(peer, 0)));
    ez_peer_free(peer);
}

Test(peer, the_next_request_waits_until_the_last_answer_was_read)
{
    int other;
    ez_peer *peer = new_peer(&other);
    g_autofree char *answer = g_strnfill(4 << 20, 'x');
    size_t length;
    char piece[65536];

    cr_assert(eq(int, (int)write(other, "one\ntwo\n", 8), 8));
    ez_peer_read(peer);
    cr_assert(ez_peer_has_request(peer));
    cr_expect(eq(int, strncmp(ez_peer_request(peer, &length), "one", length), 0));
    ez_peer_drop_request(peer);
    ez_peer_send(peer, answer, 0);
    cr_expect(gt(sz, ez_peer_unsent(peer), 0));
    cr_expect(not(ez_peer_has_request(peer)));
    cr_expect(not(ez_peer_is_over(peer, EZ_PEER_PATIENCE)));
    cr_expect(ez_peer_is_over(peer, EZ_PEER_PATIENCE + 1), "it has not read for too long");
    while (ez_peer_unsent(peer) > 0) {
        (void)!read(other, piece, sizeof piece);
        ez_peer_flush(peer, 0);
    }
    cr_expect(ez_peer_has_request(peer));
    ez_peer_free(peer);
    close(other);
}

Test(fault, each_code_has_the_exit_status_that_is_promised)
{
    cr_expect(eq(int, ez_fault_exit("not_found"), 5));
    cr_expect(eq(int, ez_fault_exit("permission"), 6));
    cr_expect(eq(int, ez_fault_exit("exists"), 7));
    cr_expect(eq(int, ez_fault_exit("config"), 3));
    cr_expect(eq(int, ez_fault_exit("of a later version"), 1));
}

Test(address, a_path_that_no_socket_can_have_is_refused)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *path = g_strnfill(200, 'x');
    g_autofree char *near = ez_address_find("near.sock", &err);

    path[0] = '/';
    cr_expect(g_path_is_absolute(near));
    cr_expect(ez_address_find(path, &err) == NULL);
    cr_expect(eq(i32, err.status, EXECZ_E_LIMIT));
}

Test(text, a_time_is_read_as_it_is_written)
{
    static const execz_time times[] = {1, 0, 1800000000123456789, -1500000000,
                                       4102444800 * EXECZ_SECOND};

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *text = ez_text_utc_time(times[i]);
        execz_time read = 5;

        cr_expect(ez_text_parse_utc_time(text, &read), "%s", text);
        cr_expect(eq(i64, read, times[i]));
    }
}

/* ---- crontab -------------------------------------------------------------------------------- */

static void
expect_task(const char *line, const char *expected)
{
    ez_crontab crontab = ez_crontab_read(line, "x");

    cr_expect(strstr(crontab.config->str, expected) != NULL, "%s is not in\n%s", expected,
              crontab.config->str);
    ez_crontab_clear(&crontab);
}

Test(crontab, lines_keep_their_meaning)
{
    expect_task("30 2 * * 1-5 a", "trigger = crontab(\"30 2 * * 1-5\")\nshell = a\n");
    expect_task("@daily a b  c", "trigger = crontab(\"@daily\")\nshell = a b  c\n");
    expect_task("\t@hourly\ta\r", "trigger = crontab(\"@hourly\")\nshell = a\n");
    expect_task("* * * * * a 10\\%", "shell = a 10%\n");
    expect_task("* * * * * a%b%c", "shell = printf '%b\\n' 'b\\nc' | { a; }\n");
    expect_task("CRON_TZ=Europe/London\n* * * * * a", "timezone = Europe/London\n");
    expect_task("X = \" y \"\n* * * * * a", "env.X =  y \n");
    expect_task("* * * * * a\n* * * * * a", "[task:a-2]\n");
    expect_task("@reboot a", "at = now\n");
}

Test(crontab, what_cannot_be_taken_over_is_named_with_its_line)
{
    ez_crontab crontab =
        ez_crontab_read("# fine\n\n* * * * *\n61 * * * * a\nMAILTO=me\n\xff\n", "x");

    cr_expect(eq(uint, crontab.n_tasks, 0));
    cr_expect(eq(uint, crontab.n_refused, 3));
    cr_expect(strstr(crontab.notes->str, "x:3: ") != NULL, "%s", crontab.notes->str);
    cr_expect(strstr(crontab.notes->str, "x:4: ") != NULL, "%s", crontab.notes->str);
    cr_expect(strstr(crontab.notes->str, "x:5: nobody is sent mail") != NULL);
    cr_expect(strstr(crontab.notes->str, "x:6: this is not UTF-8") != NULL);
    ez_crontab_clear(&crontab);
}
