import { HOME } from "../../origins";
import { Page, show } from "../../pages/page";
import { words } from "../../text/pages";

const { welcome } = words;

function Welcome() {
  return (
    <Page title={welcome.title}>
      {welcome.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <figure role="img" aria-label={welcome.picture}>
        <p>
          <strong>{welcome.launcher}</strong>
        </p>
        <div class="line">
          <span class="badge bad">{welcome.badge}</span>
          <span class="pretend">{welcome.button}</span>
        </div>
      </figure>
      <p>
        <a href={HOME}>{welcome.start}</a>
      </p>
      <p>
        <a href="/options.html">{welcome.more}</a>
      </p>
    </Page>
  );
}

show(<Welcome />);
