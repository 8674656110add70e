// Questions with one right answer each; what is chosen is judged at once, and told why.

const explorer = {
  build({ figure, words, tell, now, change }) {
    const { questions } = now(), name = newId("quiz"), list = tag(figure, "div", { class: "quiz" });
    const rows = questions.map(({ text, answers }, q) => {
      const group = tag(list, "fieldset");
      tag(group, "legend", { maths: `${q + 1}. ${text}` });
      return answers.map((answer, a) => {
        const id = `${name}-${q}-${a}`, row = tag(group, "div", { class: "answer" }), why = `${id}-why`;
        const input = tag(row, "input", { type: "radio", name: `${name}-${q}`, id, ...KEYS_OURS });
        tag(row, "label", { for: id, maths: answer.text });
        const told = tag(row, "p", { class: "why", id: why, hidden: true });
        tag(told, "b", { text: `${words[answer.right ? "right" : "wrong"]} ` });
        tag(told, "span", { maths: answer.why });
        input.addEventListener("change", () => change("answers", now().answers.map((old, i) => (i === q ? a : old))));
        return { row, input, told, why, right: answer.right };
      });
    });
    return ({ answers }) => {
      rows.forEach((group, q) => group.forEach(({ row, input, told, why, right }, a) => {
        const chosen = answers[q] === a;
        if (input.checked !== chosen) input.checked = chosen;
        set(input, { "aria-describedby": chosen ? why : null });
        set(told, { hidden: !chosen });
        set(row, { class: `answer${chosen ? (right ? " is-right" : " is-wrong") : ""}` });
      }));
      const judged = answers.map((a, q) => (a < 0 ? null : questions[q].answers[a].right)), open = judged.filter((r) => r === null).length;
      return [tell("shows", { right: judged.filter(Boolean).length, asked: questions.length, open })];
    };
  },
};
