import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** What was measured of the frame; nothing is measured while it is drawn. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly rem: number;
}

/** Measures the box now, and whenever its size changes. */
export function useMeasure(box: { current: HTMLElement | null }, use: (frame: Frame) => void): void {
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth: width = 0, clientHeight: height = 0 } = box.current ?? {};
      use({ width, height, rem: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) });
    };
    // In the next frame: what is drawn for the new size may change it once more, which browsers report as an error of a loop.
    let waiting = 0;
    const observer = new ResizeObserver(() => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        measure();
      });
    });
    if (box.current !== null) {
      observer.observe(box.current);
    }
    measure();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(waiting);
    };
  }, []);
}

/** Calls at most once a frame while the list scrolls. */
export function useScroll(box: { current: HTMLElement | null }, look: () => void): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const list = box.current;
    let waiting = 0;
    const onScroll = () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        latest.current();
      });
    };
    list?.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      list?.removeEventListener("scroll", onScroll);
      cancelAnimationFrame(waiting);
    };
  }, []);
}
