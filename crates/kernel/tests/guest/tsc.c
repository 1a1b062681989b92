/* Prints how many thousand times a second the time stamp counter counts. */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

int main(void)
{
	unsigned long long since = now(), counted = __rdtsc(), passed;

	do {
		passed = now() - since;
	} while (passed < 50000000);
	printf("%llu\n", (__rdtsc() - counted) * 1000000 / passed);
	return 0;
}
