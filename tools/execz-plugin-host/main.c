/* SPDX-License-Identifier: MIT */
/* execz-plugin-host: what an executor with `isolation = process` runs in. */
#include <execz/isolation.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define EXIT_USAGE 2
#define SOCKET 3

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--probe") == 0) {
        return execz_plugin_host_probe(argv[2]);
    }
    if (fcntl(SOCKET, F_GETFD) < 0) {
        (void)fprintf(stderr, "execz-plugin-host runs the plugin of an executor that is isolated; "
                              "execz starts it, and there is nothing to run by hand\n");
        return EXIT_USAGE;
    }
    return execz_plugin_host_run();
}
